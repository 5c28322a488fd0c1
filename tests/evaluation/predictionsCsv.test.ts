import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  formatPredictionsCsv,
  parsePredictionsCsv,
  readPredictionsCsv,
  writePredictionsCsv,
} from "leukogram/evaluation/predictionsCsv";
import type { Predictions } from "leukogram/evaluation/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { simulatePredictions } from "./samples.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leukogram-csv-"));
});
afterEach(() => rm(folder, { recursive: true }));

const HEADER = "file,label,predicted,group,p_Basophil,p_Monocyte";
const parse = (...lines: string[]) => parsePredictionsCsv([HEADER, ...lines].join("\n"), { path: "run/test.csv" });

describe("writing and reading predictions.csv", () => {
  it("writes names of classes, and nothing for an unknown label", () => {
    const predictions: Predictions = {
      classes: ["Basophil", "Monocyte"],
      rows: [
        { file: "a/1.jpg", label: 1, group: "slide 7", probabilities: [0.25, 0.75] },
        { file: "odd, name.jpg", label: undefined, group: "odd, name.jpg", probabilities: [1, 0] },
      ],
    };
    expect(formatPredictionsCsv(predictions)).toBe(
      `${HEADER}\na/1.jpg,Monocyte,Monocyte,slide 7,0.25,0.75\n"odd, name.jpg",,Basophil,"odd, name.jpg",1,0\n`,
    );
  });

  it("reads back what it wrote, to the last bit, and leaves no temporary file", async () => {
    const predictions = simulatePredictions({ counts: [20, 30, 5] });
    const path = join(folder, "predictions", "test.csv");
    await writePredictionsCsv(path, predictions);
    expect(await readPredictionsCsv(path)).toStrictEqual(predictions);
    expect(await readdir(join(folder, "predictions"))).toEqual(["test.csv"]);
  });

  it("carries how familiar images are, where that is known of any", () => {
    const row = { label: 0, group: "g", probabilities: [0.75, 0.25] };
    const predictions: Predictions = {
      classes: ["Basophil", "Monocyte"],
      rows: [
        { ...row, file: "a", familiarity: 1 / 121 },
        { ...row, file: "b" },
      ],
    };
    const text = formatPredictionsCsv(predictions);
    expect(text.split("\n")[0]).toBe("file,label,predicted,group,familiarity,p_Basophil,p_Monocyte");
    expect(parsePredictionsCsv(text)).toStrictEqual(predictions);
    for (const odd of ["2", "-1", "much"])
      expect(() => parsePredictionsCsv(text.replace(String(1 / 121), odd))).toThrow(
        `line 2: familiarity "${odd}" is not between 0 and 1`,
      );
  });

  it("survives any file and group name", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/^[\uFEFF]/.test(text));
    fc.assert(
      fc.property(name, name, (file, group) => {
        const rows = [{ file, label: 0, group, probabilities: [0.5, 0.5] }];
        const predictions = { classes: ["a b", 'c"d,'], rows };
        expect(parsePredictionsCsv(formatPredictionsCsv(predictions))).toStrictEqual(predictions);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("keeps the old file where a new one cannot be written", async () => {
    const path = join(folder, "test.csv");
    await writeFile(path, "old");
    await expect(writePredictionsCsv(path, { classes: ["a"], rows: [] })).rejects.toThrow(/ERR_DATA/);
    expect(await readFile(path, "utf8")).toBe("old");
    await expect(writePredictionsCsv(join(path, "below.csv"), simulatePredictions({ counts: [1, 1] }))).rejects.toThrow(
      /ERR_OUTPUT .*below\.csv: can't be written/,
    );
  });

  it("says which file is missing", async () => {
    await writeFile(join(folder, "archive.csv"), Buffer.from("PK\u0003\u0004\u0000\u0000"));
    await expect(readPredictionsCsv(join(folder, "archive.csv"))).rejects.toThrow("not a CSV file but a binary one");
    await expect(readPredictionsCsv(join(folder, "none.csv"))).rejects.toThrow(
      /ERR_DATA .*none\.csv: can't be read\. Give the path of a predictions\.csv/,
    );
  });
});

describe("files that others wrote", () => {
  it("takes columns in any order, a byte order mark, CRLF, blank lines and columns it does not know", () => {
    const text = "\uFEFFp_B,seconds,group,file,p_A,predicted,label\r\n0.9,1.5,g,x.png,0.1,B,A\r\n\r\n";
    expect(parsePredictionsCsv(text)).toStrictEqual({
      classes: ["B", "A"],
      rows: [{ file: "x.png", label: 1, group: "g", probabilities: [0.9, 0.1] }],
    });
  });

  it("makes an image without a group its own", () => {
    expect(parse("x.png,,Basophil,,0.6,0.4").rows[0]!.group).toBe("x.png");
  });

  it("believes the predicted class where rounded probabilities tie", () => {
    expect(parse("x.png,,Monocyte,,0.5,0.5").rows[0]!.predicted).toBe(1);
    expect(parse("x.png,,Basophil,,0.5,0.5").rows[0]).not.toHaveProperty("predicted");
    const text = [HEADER, "x.png,Monocyte,Monocyte,x.png,0.5,0.5", ""].join("\n");
    expect(formatPredictionsCsv(parsePredictionsCsv(text))).toBe(text);
  });

  it("takes probabilities rounded to three digits", () => {
    expect(() => parse("x.png,,Basophil,,0.667,0.3335")).not.toThrow();
    expect(() => parse("x.png,,Basophil,,0.667,0.335")).toThrow(/sum to 1\.002, not to 1 within 0\.001/);
  });

  it.each([
    ["x.png,Neutrophil,Basophil,,0.6,0.4", 'label "Neutrophil" is not a class; the classes are Basophil, Monocyte'],
    ["x.png,,basophil,,0.6,0.4", 'predicted "basophil" is not a class; the classes are Basophil, Monocyte'],
    ["x.png,,Monocyte,,0.6,0.4", "Monocyte is predicted with probability 0.4, but Basophil has 0.6"],
    ["x.png,,Basophil,,0.6,", 'p_Monocyte "" is not a number'],
    ["x.png,,Basophil,,nan,0.4", 'p_Basophil "nan" is not a number'],
    ["x.png,,Basophil,,Infinity,0.4", 'p_Basophil "Infinity" is not a number'],
    ["x.png,,Basophil,,1.2,-0.2", "probability 1.2 is not in [0, 1]"],
    [",,Basophil,,0.6,0.4", "the file name is empty"],
    ["x.png,,Basophil,0.6,0.4", "expected 6 columns, received 5"],
    ["first.png,,Basophil,,0.6,0.4", "first.png is also on line 2"],
  ])("refuses %s with file and line", (line, message) => {
    expect(() => parse("first.png,,Basophil,,0.6,0.4", "", line)).toThrow(`ERR_DATA run/test.csv line 4: ${message}`);
  });

  it("refuses a file without a header, a column or enough classes", () => {
    const read = (text: string) => () => parsePredictionsCsv(text, { path: "test.csv" });
    expect(read("")).toThrow("ERR_DATA test.csv: the file is empty");
    expect(read("file,predicted,p_A,p_B\n")).toThrow(/test\.csv line 1: no column label, group; expected file,label/);
    expect(read("file,label,predicted,group,p_A\n")).toThrow(/expected 2 classes or more, received 1/);
    expect(read("file,label,predicted,group,p_A,p_A\n")).toThrow(/class A is listed twice/);
    expect(read('file,label\n"open')).toThrow(/ERR_DATA test\.csv: not a CSV file: Quote Not Closed/);
  });
});

it("refuses answers of several models in one file", () => {
  const lines = ["file,label,predicted,group,model,p_a,p_b", "1.png,a,a,,cnn,1,0", "2.png,a,a,,other,1,0"];
  expect(() => parsePredictionsCsv(lines.join("\n"), { path: "test.csv" })).toThrow(
    "ERR_DATA test.csv: contains predictions of several models, cnn and other. Put the predictions of each model in a separate file.",
  );
});

it("refuses classes that are none by the columns that name them", () => {
  expect(() => parsePredictionsCsv("file,label,predicted,group,p_a,p_a\n1.png,a,a,,1,0", { path: "test.csv" })).toThrow(
    /^ERR_DATA test\.csv line 1: .* in the columns p_<Class>/,
  );
});
