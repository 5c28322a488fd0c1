import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openData, scanFolder } from "leukogram/data/dataset";
import { readClassMap } from "leukogram/data/folders/classNames";
import { forgetRemarks, remarksSoFar } from "leukogram/data/remarks";
import type { DataOptions } from "leukogram/data/sample";
import { balanceFolder } from "leukogram/data/sampling/balance";
import { beforeEach, describe, expect, test } from "vitest";
import { picture, temporaryFolder, touch, writeFiles } from "./folders.ts";

const root = temporaryFolder();
let made = 0;
let dir: string;
beforeEach(() => {
  forgetRemarks();
  dir = join(root, `case${made++}`);
  mkdirSync(dir);
  touch(dir, "1.jpg", "2.jpg", "x,y.jpg", "3.jpg");
});

const path = () => join(dir, "m.csv");
const open = (content: string | Uint8Array, options: DataOptions = {}) =>
  openData(join(writeFiles(dir, { "m.csv": content }), "m.csv"), options);
const notes = () => remarksSoFar()?.notes ?? [];
const OWN =
  'file,class,split\n1.jpg,Basophil,train\n2.jpg,Monocyte,train\n"x,y.jpg",Basophil,test\n3.jpg,Monocyte,test\n';
const semicolons = OWN.replace('"x,y.jpg"', "x#y.jpg").replaceAll(",", ";").replace("#", ",");

describe("separators and encodings of a manifest", () => {
  test("reads commas without a word, semicolons and tabs with one, to the same images", () => {
    const own = open(OWN);
    expect(own.test?.samples.map(({ file, label }) => [file, label])).toEqual([
      ["x,y.jpg", 0],
      ["3.jpg", 1],
    ]);
    expect(notes()).toEqual([]);
    expect(open(semicolons)).toEqual(own);
    expect(notes()).toEqual([`${path()}: columns are separated by semicolons`]);
    forgetRemarks();
    expect(open(`\uFEFF${semicolons.replaceAll(";", "\t").replaceAll("\n", "\r\n")}`)).toEqual(own);
    expect(notes()).toEqual([`${path()}: columns are separated by tabs`]);
  });

  test("reads quoted cells and headers, and UTF-16 with its mark, as Excel writes it", () => {
    const own = open(OWN);
    expect(open(semicolons.replace(/[^;\n]+/g, '"$&"'))).toEqual(own);
    expect(open(Buffer.from(`\uFEFF${semicolons.replaceAll(";", "\t")}`, "utf16le"))).toEqual(own);
  });

  test("refuses another encoding, and rows wider than the header", () => {
    expect(() => open(Buffer.from("file,class\n1.jpg,Lymphozyt\xe4r\n", "latin1"))).toThrow(
      /m\.csv: .*encoded data was not valid.*\. Give a CSV file in UTF-8 whose first line names the columns\./,
    );
    expect(() => open("file,class\n1.jpg,Basophil\n2.jpg,Neutrophil,band\n")).toThrow(
      "line 3: 3 cells, but the header has 2. Quote cells that contain the separator, and name every column.",
    );
  });
});

describe("columns of other names", () => {
  test.each([
    ["filename", "label"],
    ["image", "Category"],
    ["File_Name", "Cell Type"],
    ["img", "TYPE"],
    ["path", "diagnosis"],
    ["image_path", "cell_type"],
    ["File", "Class"],
  ])("takes %s and %s, and says so", (file, name) => {
    const own = open(OWN);
    expect(open(OWN.replace("file,class,split", `${file},${name},Split`))).toEqual(own);
    expect(notes()).toEqual([
      `${path()}: the column "${file}" is used for the file`,
      `${path()}: the column "${name}" is used for the class`,
    ]);
  });

  test("names the columns passed over, and groups by Patient", () => {
    const { train } = open("image,category,Patient,subset\n1.jpg,Basophil,7,a\n2.jpg,Monocyte,7,b\n");
    expect(train.samples.map(({ group }) => group)).toEqual(["Patient:7", "Patient:7"]);
    expect(notes()[1]).toBe(`${path()}: the column "category" is used for the class; ignored: "subset"`);
  });

  test("prefers file and class, and refuses two others by name", () => {
    const rows = "1.jpg,Basophil,no\n2.jpg,Monocyte,no\n";
    expect(open(`file,class,label\n${rows}`).train.classes).toEqual(["Basophil", "Monocyte"]);
    expect(notes()).toEqual([]);
    expect(() => open(`file,label,Diagnosis\n${rows}`)).toThrow(
      `manifest ${path()}: several columns can be the class: "label", "Diagnosis". Rename the right column to class.`,
    );
    expect(() => open(`image,class,path\n${rows}`)).toThrow(
      `manifest ${path()}: several columns can be the file: "image", "path". Rename the right column to file.`,
    );
  });

  test("refuses an empty cell for the file", () => {
    expect(() => open("image,label\n1.jpg,Basophil\n,Monocyte\n")).toThrow('line 3: the column "image" is empty');
  });

  test("holds for a manifest beside class folders and its balanced copy, whatever other columns mean", async () => {
    const from = join(dir, "from");
    const pictures = { "a/1.png": await picture(1), "b/1.png": await picture(2), "b/2.png": await picture(3) };
    const manifest = "filename;patient;type;diagnosis\na/1.png;P;x;y\nb/1.png;P;x;y\n";
    writeFiles(from, { ...pictures, "manifest.csv": manifest });
    const groups = (of: string) => scanFolder(of).samples.map(({ group }) => group);
    expect(groups(from)).toEqual(["patient:P", "patient:P", "b/2"]);
    await balanceFolder(from, join(dir, "to"), {
      augmentation: {
        rotationRange: 15,
        zoomRange: 0.1,
        horizontalFlip: true,
        verticalFlip: false,
        fillMode: "nearest",
      },
    });
    expect(groups(join(dir, "to"))).toEqual(["patient:P", "patient:P", "patient:P", "b/2"]);
  });
});

describe("numbers for classes", () => {
  const numbered = OWN.replaceAll("Basophil", "0").replaceAll("Monocyte", "3");

  test("are refused, with how to say what they are", () => {
    expect(() => open(numbered)).toThrow(
      `manifest ${path()}: the column "class" has numbers for classes: "0", "3". Map them with --map-classes map.csv: a line "from,to", then one line per class, such as "0,Basophil".`,
    );
    expect(() => open("file,class,label\n1.jpg,0.0,Basophil\n2.jpg,1.0,Monocyte\n")).toThrow(
      'or, if "label" contains the names, rename it to class, and class to something else.',
    );
  });

  test("are read by a class map to the same images as the names", () => {
    writeFiles(dir, { "map.csv": "from,to\n0,Basophil\n3,Monocyte\n" });
    const mapClasses = { map: readClassMap(join(dir, "map.csv")), leaveOut: false };
    expect(open(numbered, { mapClasses })).toEqual(open(OWN));
    expect(() => open(numbered, { mapClasses: { map: "auto", leaveOut: false } })).toThrow(
      "not one of the five cell types, or unknown: 0, 3.",
    );
  });
});
