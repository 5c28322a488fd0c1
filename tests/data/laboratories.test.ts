import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseSource } from "leukogram/data/dataSource";
import { openData } from "leukogram/data/dataset";
import { laboratoryIndices, laboratoryNames, openLaboratories, openToJudge } from "leukogram/data/laboratories";
import { splitDataset } from "leukogram/data/sampling/split";
import { describe, expect, test } from "vitest";
import { temporaryFolder, touch, writeFiles } from "./folders.ts";

const root = temporaryFolder();
const north = touch(join(root, "north"), "Train/a/1.jpg", "Train/b/1.jpg", "Test/a/2.jpg", "Test/b/2.jpg");
const south = touch(join(root, "south"), "b/1.jpg", "c/1.jpg", "c/aug_0_1.jpg");

describe("parseSource", () => {
  test("takes a folder, or a name and a folder", () => {
    expect(parseSource("cells")).toEqual({ path: "cells", laboratory: undefined });
    expect(parseSource("A=cells/x=1")).toEqual({ path: "cells/x=1", laboratory: "A" });
  });

  test("takes what is there as a path, whatever signs are in it", () => {
    mkdirSync(join(root, "k=v"));
    expect(parseSource(join(root, "k=v"))).toEqual({ path: join(root, "k=v"), laboratory: undefined });
  });

  test("refuses a name or folder that is empty, and a name with a slash", () => {
    for (const text of ["=cells", "A=", "no/where=cells"])
      expect(() => parseSource(text)).toThrow(`ERR_USAGE data "${text}": expected a folder, or NAME=FOLDER.`);
  });
});

describe("openLaboratories", () => {
  test("opens a single folder as openData does, with its name where one is given", () => {
    expect(openLaboratories([north])).toEqual(openData(north));
    const { train, test: held } = openLaboratories([`N=${north}`]);
    expect(laboratoryNames([...train.samples, ...held!.samples])).toEqual(["N"]);
    expect(train.samples.map(({ file }) => file)).toEqual(["Train/a/1.jpg", "Train/b/1.jpg"]);
    expect(laboratoryIndices(train.samples)).toBeUndefined();
  });

  test("puts several together: all classes, names before files and groups, the parts that there are", () => {
    const opened = openLaboratories([north, `S=${south}`]);
    const { train } = opened;
    expect(train.classes).toEqual(["a", "b", "c"]);
    expect(train.samples.map(({ file, label, laboratory }) => [file, label, laboratory])).toEqual([
      ["north/Train/a/1.jpg", 0, "north"],
      ["north/Train/b/1.jpg", 1, "north"],
      ["S/b/1.jpg", 1, "S"],
      ["S/c/1.jpg", 2, "S"],
      ["S/c/aug_0_1.jpg", 2, "S"],
    ]);
    expect(train.samples.at(-1)!.group).toBe(train.samples.at(-2)!.group);
    expect(train.samples[3]!.group).toBe("S/c/1");
    expect(opened.test!.samples.map(({ file }) => file)).toEqual(["north/Test/a/2.jpg", "north/Test/b/2.jpg"]);
    expect(opened.test!.classes).toEqual(["a", "b", "c"]);
    expect(opened.validation).toBeUndefined();
    expect(laboratoryNames(train.samples)).toEqual(["S", "north"]);
    expect(laboratoryIndices(train.samples)).toEqual([1, 1, 0, 0, 0]);
  });

  test("keeps patients of one name in two laboratories apart", () => {
    const place = (name: string) => {
      const dir = touch(join(root, name), "a/1.jpg", "b/1.jpg");
      return writeFiles(dir, { "manifest.csv": "file,patient\na/1.jpg,7\nb/1.jpg,7\n" });
    };
    const { train } = openLaboratories([place("p1"), place("p2")], { groupBy: "patient" });
    expect(new Set(train.samples.map(({ group }) => group))).toEqual(new Set(["p1/patient:7", "p2/patient:7"]));
  });

  test("refuses two sources of one name, and validation images that only one has", () => {
    touch(join(root, "other"), "north/a/1.jpg", "north/b/1.jpg");
    expect(() => openLaboratories([north, join(root, "other", "north")])).toThrow(
      /^ERR_USAGE data: both .*north and .*other.north are named "north"\. Give each a different name, such as A=/,
    );
    const apart = touch(
      join(root, "apart"),
      ...["Train", "Val", "Test"].flatMap((part) => [`${part}/a/1.jpg`, `${part}/b/1.jpg`]),
    );
    expect(() => openLaboratories([apart, south])).toThrow(
      /^ERR_DATA .*apart has a Validation folder, but .*south has none\. Either all laboratories need a Validation/,
    );
    expect(openLaboratories([apart, `B=${apart}`]).validation!.samples).toHaveLength(4);
  });
});

test("openToJudge takes of each source the test images, or all where it has none", () => {
  const files = (...sources: string[]) => openToJudge(sources).samples.map(({ file }) => file);
  expect(files(north)).toEqual(["Test/a/2.jpg", "Test/b/2.jpg"]);
  expect(files(north, south)).toEqual([
    "north/Test/a/2.jpg",
    "north/Test/b/2.jpg",
    "south/b/1.jpg",
    "south/c/1.jpg",
    "south/c/aug_0_1.jpg",
  ]);
});

describe("the column laboratory of a manifest", () => {
  const rows = ["file,class,laboratory", "a/1.jpg,a,X", "a/2.jpg,a,Y", "b/1.jpg,b,X", "b/2.jpg,b,"];
  const dir = touch(join(root, "listed"), "a/1.jpg", "a/2.jpg", "a/aug_0_2.jpg", "b/1.jpg", "b/2.jpg");
  writeFiles(dir, { "manifest.csv": `${rows.join("\n")}\n` });

  test("is read from a manifest that is the data, and from one beside folders, for copies too", () => {
    const of = (path: string) => openData(path).train.samples.map(({ file, laboratory }) => [file, laboratory]);
    const known = [
      ["a/1.jpg", "X"],
      ["a/2.jpg", "Y"],
      ["b/1.jpg", "X"],
      ["b/2.jpg", undefined],
    ];
    expect(of(join(dir, "manifest.csv"))).toEqual(known);
    expect(of(dir)).toEqual([...known.slice(0, 2), ["a/aug_0_2.jpg", "Y"], ...known.slice(2)]);
    expect(laboratoryNames(openData(dir).train.samples)).toEqual(["X", "Y", "unknown"]);
    expect(laboratoryNames(openData(south).train.samples)).toEqual([]);
  });

  test("gives way to a name on the command line, and not to the folder's", () => {
    const names = (...sources: string[]) => laboratoryNames(openLaboratories(sources).train.samples);
    expect(names(dir, south)).toEqual(["X", "Y", "listed", "south"]);
    expect(names(`Z=${dir}`, south)).toEqual(["Z", "south"]);
  });
});

test("data without a folder is refused", () => {
  expect(() => openLaboratories([])).toThrow("ERR_USAGE data: no folder given");
});

test("splitDataset sets the share apart in each class of each laboratory, and lets one lack a class", () => {
  const sizes: readonly (readonly [string, number, number])[] = [
    ["A", 0, 100],
    ["A", 1, 20],
    ["B", 0, 10],
    ["B", 1, 50],
    ["C", 1, 5],
  ];
  const samples = sizes.flatMap(([laboratory, label, count]) =>
    Array.from({ length: count }, (_, i) => {
      const file = `${laboratory}/${label}/${i}.png`;
      return { file, path: `/none/${file}`, label, group: file, laboratory };
    }),
  );
  const { validation } = splitDataset({ root: "/none", classes: ["a", "b"], samples }, { validationFraction: 0.2 });
  const counts = sizes.map(
    ([name, label]) => validation.filter((s) => s.laboratory === name && s.label === label).length,
  );
  expect(counts).toEqual([20, 4, 2, 10, 1]);
});
