import { CELL_TYPES } from "leukogram/cells/classes";
import { COUNTED_AS, LABELS } from "leukogram/review/labels";
import { beforeAll, describe, expect, test } from "vitest";
import { partsOf } from "../../packages/laboratory/web/src/api/upload.ts";
import { colourOf, letterOf } from "../../packages/laboratory/web/src/labels.ts";
import { speak } from "../../packages/laboratory/web/src/language/words.ts";
import { cellsCsv } from "../../packages/laboratory/web/src/private/csv.ts";
import { localDifferential } from "../../packages/laboratory/web/src/private/localDifferential.ts";
import { withLabel } from "../../packages/laboratory/web/src/review/withLabel.ts";
import { ticksOf } from "../../packages/laboratory/web/src/runs/ticks.ts";
import { decimalOf } from "../../packages/laboratory/web/src/ui/decimal.ts";
import { asSentence } from "../../packages/laboratory/web/src/ui/format.ts";
import { cellOf } from "./support/cells.ts";

beforeAll(() => speak("en"));

const fileOf = (name: string, size: number) => new File([new Uint8Array(size)], name);

describe("what the pages reckon", () => {
  test("an upload is cut into parts of 16 files and 8 MB, a zip in one of its own", () => {
    const small = Array.from({ length: 20 }, (_, i) => fileOf(`${i}.jpg`, 10));
    const parts = partsOf([...small, fileOf("all.ZIP", 10), fileOf("a.png", 5e6), fileOf("b.png", 5e6)]);
    expect(parts.map((part) => part.map(({ name }) => name).join(" "))).toEqual([
      small
        .slice(0, 16)
        .map(({ name }) => name)
        .join(" "),
      "16.jpg 17.jpg 18.jpg 19.jpg a.png",
      "all.ZIP",
      "b.png",
    ]);
  });

  test("a label counts before the model's class, and an unsure answer as unidentified", () => {
    const sure = cellOf(1, { predicted: "Monocyte", counted: "Monocyte" });
    expect(withLabel(sure, "Smudge", "ann").counted).toBe("Smudge");
    expect(withLabel(withLabel(sure, "Smudge", "ann"), null, "ann")).toEqual(sure);
    expect(withLabel({ ...sure, isRejected: true }, null, "ann").counted).toBe("Unidentified");
    expect(withLabel({ ...sure, predicted: null }, null, "ann").counted).toBeNull();
  });

  test("private mode counts with exact limits, and remembers the model's own count", () => {
    const cells = [
      ...[1, 2, 3].map((n) => cellOf(n, { predicted: "Neutrophil", counted: "Neutrophil" })),
      cellOf(4, { predicted: "Neutrophil", label: "Monocyte", counted: "Monocyte" }),
      cellOf(5, { counted: "Artefact", label: "Artefact" }),
    ];
    const { classes, artefacts, cells: counted } = localDifferential(cells)!;
    expect([counted, artefacts]).toEqual([4, 1]);
    const neutrophils = classes[CELL_TYPES.indexOf("Neutrophil")]!;
    expect([neutrophils.count, neutrophils.before, neutrophils.share.value]).toEqual([3, 4, 0.75]);
    // Clopper and Pearson's limits of 3 of 4, as scipy's binomtest(3, 4).proportion_ci() gives them.
    expect(neutrophils.share.low).toBeCloseTo(0.19412, 5);
    expect(neutrophils.share.high).toBeCloseTo(0.99369, 5);
  });

  test("CSV quotes what would break it, and tells how cells were cropped", () => {
    const cells = [
      cellOf(1, { file: 'a,"b".jpg' }),
      cellOf(2, { file: "c.jpg", crop: { outside: 0.25, nucleus: false } }),
    ];
    const scale = { redCell: 31.24, source: "nuclei", scale: null, notes: [] } as const;
    const notice = "Research use only. Not a medical device.";
    expect(cellsCsv({ cells, classes: ["X", "Y"], scale }).split("\r\n")).toEqual([
      "number,file,label,called,reviewed,predicted,p_X,p_Y,familiarity,cropOutside,nucleusFound,redCellPixels,notice",
      `1,"a,""b"".jpg",Basophil,Basophil,false,Basophil,0.990000,0.010000,0.500000,,,,${notice}`,
      `2,c.jpg,Basophil,Basophil,false,Basophil,0.990000,0.010000,0.500000,0.250,false,31.2,${notice}`,
      "",
    ]);
  });

  test("a number is typed with a point or a comma, and nothing else is taken for one", () => {
    expect(["7.4", "7,4", " 12 ", "0"].map(decimalOf)).toEqual([7.4, 7.4, 12, 0]);
    for (const text of ["", "7,4,", "1,234.5", "-1", "1e3", "7.", ".5", "x"])
      expect(decimalOf(text), text).toBeUndefined();
  });

  test("what the server says becomes sentences", () => {
    expect(["the password is wrong", "Is it there?", " Done. ", ""].map(asSentence)).toEqual([
      ...["The password is wrong.", "Is it there?", "Done.", ""],
    ]);
  });

  test("ticks are round and cover the span", () => {
    expect(ticksOf(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(1, 12, { isWhole: true })).toEqual([1, 6, 11, 16]);
    expect(ticksOf(0.03, 2.2)).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  });

  test("each label has a letter of its own, and a text that reads on its colour", () => {
    expect(new Set(LABELS.map(letterOf)).size).toBe(LABELS.length);
    for (const label of COUNTED_AS) {
      const { ground, text } = colourOf(label);
      expect(contrast(ground, text), label).toBeGreaterThanOrEqual(4.5);
    }
  });
});

function contrast(...colours: readonly [string, string]): number {
  const [dark, light] = colours
    .map((colour) => {
      const [red, green, blue] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    })
    .sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}
