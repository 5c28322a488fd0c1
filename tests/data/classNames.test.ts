import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mapClassNames, offeredMapping, plainName, readClassMap } from "leukogram/data/folders/classNames";
import { withMappedClasses } from "leukogram/data/folders/mapClasses";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./folders.ts";

const taken = (...names: string[]) => mapClassNames(names).map(({ to }) => to);

/** Data with as many images of each class as it says. */
function opened(counts: Readonly<Record<string, number>>) {
  const classes = Object.keys(counts);
  const samples = classes.flatMap((name, label) =>
    Array.from({ length: counts[name]! }, (_, i) => {
      const file = `${name}/${i}.png`;
      return { file, path: `/x/${file}`, label, group: file };
    }),
  );
  return { train: { root: "/x", classes, samples }, validation: undefined, test: undefined };
}

describe("class names in other words", () => {
  test("are read without case, numbers in front, signs and a plural s", () => {
    const names = ["02_Eosinophils", "segmented_neutrophil", "SegmentedNeutrophils", "1. Baso", "NEU"];
    const plain = ["eosinophil", "segmentedneutrophil", "segmentedneutrophil", "baso", "neu"];
    expect(names.map(plainName)).toEqual(plain);
  });

  test("of public sets and analysers are the five, and what is none of them is none", () => {
    const five = ["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil"];
    expect(taken("BASO", "Eos", "lymp", "MONO", "NEU")).toEqual(five);
    expect(taken("SNE", "segmented_neutrophil", "LYT")).toEqual(["Neutrophil", "Neutrophil", "Lymphocyte"]);
    expect(taken("basophil", "eosinophil", "lymphocyte", "monocyte", "neutrophil")).toEqual(five);
    const none = ["erythroblast", "ig", "platelet", "smudge", "cat"];
    expect(taken(...none)).toEqual(none.map(() => undefined));
  });

  test("are offered where they would change something, and never where all names are known", () => {
    expect(offeredMapping(["NEU", "Eos", "ig"])).toBe(
      "--map-classes auto reads NEU as Neutrophil, Eos as Eosinophil; ig as none of the five",
    );
    expect(offeredMapping(["Neutrophil", "BandNeutrophil"])).toBeUndefined();
    expect(offeredMapping(["cat", "dog"])).toBeUndefined();
  });
});

describe("withMappedClasses", () => {
  test("joins folders of one class, leaves others out by leave, and says both", () => {
    const said: string[] = [];
    const say = (text: string) => said.push(text);
    const { train } = withMappedClasses(opened({ BNE: 2, SNE: 3, EO: 4, ig: 5 }), { map: "auto", leaveOut: true, say });
    expect(train.classes).toEqual(["Eosinophil", "Neutrophil"]);
    expect(train.samples.map(({ label }) => label)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(said).toEqual([
      "Classes: BNE as Neutrophil, SNE as Neutrophil, EO as Eosinophil; ig as none of the five. 5 of 14 images have another class and are skipped.",
      "Readers disagree on these: BNE is counted as Neutrophil, SNE is counted as Neutrophil. To change this, use --map-classes map.csv.",
    ]);
  });

  test("refuses what is none of the five where it may not be left out", () => {
    expect(() => withMappedClasses(opened({ NEU: 1, EO: 1, smudge: 1 }), { map: "auto", leaveOut: false })).toThrow(
      "not one of the five cell types, or unknown: smudge. Skip these images with --others leave-out",
    );
  });

  test("does as a file says, which must speak of each class", () => {
    const file = join(temporaryFolder(), "map.csv");
    writeFileSync(file, "\ufefffrom;to\nA;Monocyte\nB;Lymphocyte\n");
    const map = readClassMap(file);
    const { train } = withMappedClasses(opened({ A: 1, B: 1 }), { map, leaveOut: false });
    expect(train.classes).toEqual(["Lymphocyte", "Monocyte"]);
    expect(() => withMappedClasses(opened({ A: 1, C: 1 }), { map, leaveOut: true })).toThrow(
      "the class map has no row for C",
    );
    writeFileSync(file, "from,to\nA,Monocyte\nA,Lymphocyte\n");
    expect(() => readClassMap(file)).toThrow("maps A to both Monocyte and Lymphocyte");
    writeFileSync(file, "x,y\nA,B\n");
    expect(() => readClassMap(file)).toThrow("has no columns from and to");
    expect(() => readClassMap(`${file}.none`)).toThrow(/can't be read\. Use --map-classes auto, or give the path/);
    writeFileSync(file, "from,to\n");
    expect(() => readClassMap(file)).toThrow("map.csv: contains no classes");
  });

  test("leaves two classes or more", () => {
    expect(() => withMappedClasses(opened({ BNE: 1, SNE: 1 }), { map: "auto", leaveOut: false })).toThrow(
      "ERR_DATA the mapping leaves 1 class: BNE as Neutrophil, SNE as Neutrophil. Map the classes with --map-classes map.csv",
    );
  });
});
