import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openData } from "leukogram/data/dataset";
import { openToJudge } from "leukogram/data/laboratories";
import { forgetRemarks, remarksSoFar } from "leukogram/data/remarks";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder, touch, writeFiles } from "./folders.ts";

const root = temporaryFolder();
let made = 0;
const fresh = (...files: string[]) => {
  const dir = join(root, `case${made++}`);
  mkdirSync(dir);
  return touch(dir, ...files);
};
const both = (folder: string) => [`${folder}/a/1.jpg`, `${folder}/b/2.jpg`];
const files = (part: { samples: readonly { file: string }[] } | undefined) => part?.samples.map(({ file }) => file);
const notes = () => remarksSoFar()?.notes ?? [];

beforeEach(forgetRemarks);

describe("parts of a data set", () => {
  test.each([
    ["train", "val"],
    ["training", "validation"],
    ["TRAIN", "Valid"],
    ["train_set", "val_data"],
  ])("%s and %s without a test part are no classes", (train, validation) => {
    const dir = fresh(...both(train), ...both(validation));
    const opened = openData(dir);
    expect(opened.train.classes).toEqual(["a", "b"]);
    expect(files(opened.train)).toEqual(both(train));
    expect(files(opened.validation)).toEqual(both(validation));
    expect(opened.test).toBeUndefined();
    expect(notes()).toEqual([`${dir}: ${validation} is used for validation; no test images`]);
  });

  test("the validation part is judged on where there is no test part, which is said", () => {
    const dir = fresh(...both("train"), ...both("val"));
    expect(files(openToJudge([dir]))).toEqual(both("val"));
    expect(notes()[1]).toBe(
      `${dir}: has no test part, so the validation part is used; a model chosen by it looks too good`,
    );
  });

  test("TestA and TestB are tested on together, though one lacks a class", () => {
    const dir = fresh(...both("Train"), ...both("TestA"), "TestB/b/3.jpg");
    const { train, test: held } = openData(dir);
    expect(train.classes).toEqual(["a", "b"]);
    expect(files(held)).toEqual([...both("TestA"), "TestB/b/3.jpg"]);
    expect(held!.samples.map(({ label }) => label)).toEqual([0, 1, 1]);
    expect(notes()).toEqual([
      `${dir}: "TestA", "TestB" are used together for testing; to use one of them, give only that folder`,
    ]);
  });

  test("a plain test folder counts before others", () => {
    const dir = fresh(...both("TRAIN"), ...both("TEST"), ...both("TEST_SIMPLE"));
    expect(files(openData(dir).test)).toEqual(both("TEST"));
    expect(notes()).toEqual([`${dir}: TEST is used for testing, "TEST_SIMPLE" ignored`]);
  });

  test("one part alone is taken as a whole", () => {
    for (const part of ["test", "train", "valid"]) {
      const dir = fresh(...both(part));
      const { train, validation, test: held } = openData(dir);
      expect([train.classes, validation, held]).toEqual([["a", "b"], undefined, undefined]);
      expect(notes().at(-1)).toMatch(
        part === "train" ? /contains only train: no test images/ : /; all its images are used/,
      );
    }
  });

  test("valid and test have nothing to train on", () => {
    const dir = fresh(...both("valid"), ...both("test"));
    expect(() => openData(dir)).toThrow(
      `ERR_DATA ${dir}: contains the parts "valid", "test", but no training part. Give one of them, such as ${join(dir, "valid")}.`,
    );
  });

  test("folders beside parts are left out and said, or refused where they might be classes", () => {
    const whole = fresh(...both("train"), ...both("test"), "masks/1.png");
    expect(openData(whole).train.classes).toEqual(["a", "b"]);
    expect(notes()).toEqual([`${whole}: "train", "test" are used, "masks" ignored`]);
    const dir = fresh("test/1.jpg", "Basophil/1.jpg", "Monocyte/1.jpg");
    expect(() => openData(dir)).toThrow(
      `${dir}: contains "test", which are names of parts, next to "Basophil", "Monocyte". Give a folder that contains either`,
    );
  });

  test("parts below the classes are refused, and so is a folder of data sets", () => {
    const below = fresh("a/train/1.jpg", "a/test/2.jpg", "b/train/1.jpg", "b/test/2.jpg");
    expect(() => openData(below)).toThrow(
      `${below}: its folder a contains "test", "train", which are parts of a data set, not a class. Put the parts above`,
    );
    const sets = fresh(...both("A/train"), ...both("B/train"));
    expect(() => openData(sets)).toThrow(`Give each data set separately: --data ${join(sets, "A")}.`);
  });
});

describe("classes", () => {
  test("are no folders of patients or laboratories that hold classes", () => {
    const cells = (name: string) => [`${name}/Basophil/1.jpg`, `${name}/neutrophils/2.jpg`];
    const dir = fresh(...cells("P1"), ...cells("P2"));
    expect(() => openData(dir)).toThrow(
      `ERR_DATA ${dir}: its folders "P1", "P2" each contain class folders ("Basophil", "neutrophils"), so they are not classes. If they are laboratories, give each separately (--data P1=${join(dir, "P1")})`,
    );
  });

  test("keep images of one patient together, whose folders lie below them", () => {
    const dir = fresh("a/P1/1.jpg", "a/P2/2.jpg", "b/P1/3.jpg", "b/P03/4.jpg");
    expect(openData(dir).train.samples.map(({ group }) => group)).toEqual([
      ...["patient:P1", "patient:P2"],
      ...["patient:P03", "patient:P1"],
    ]);
    expect(notes()[0]).toMatch(
      /the 3 folders inside the class folders \(P1, P2, P03, \.\.\.\) are treated as patients/,
    );
    const other = fresh("a/left/1.jpg", "a/P2/2.jpg", "b/P1/3.jpg", "b/P03/4.jpg");
    expect(openData(other).train.samples[0]!.group).toBe("a/P2/2");
  });

  test("are found in the one folder that holds all, as archives have it", () => {
    const dir = fresh("cells/Basophil/1.jpg", "cells/Monocyte/2.jpg", "__MACOSX/cells/Basophil/._1.jpg");
    expect(openData(dir).train.classes).toEqual(["Basophil", "Monocyte"]);
    expect(notes()).toEqual([`${dir}: using its only folder, cells`]);
    const patients = fresh("a/P1/1.jpg", "a/P2/2.jpg");
    expect(() => openData(patients)).toThrow('has only one class, "a"');
  });

  test("are none of a system's own folders, nor are its files images", () => {
    const dir = fresh(
      "a/1.jpg",
      "a/._1.jpg",
      "a/Thumbs.db",
      "b/2.jpg",
      "b/.DS_Store",
      "__MACOSX/a/1.jpg",
      "@eaDir/1.jpg",
    );
    expect(files(openData(dir).train)).toEqual(["a/1.jpg", "b/2.jpg"]);
    expect(remarksSoFar()).toBeUndefined();
  });
});

describe("files of a folder", () => {
  test("are taken with every ending that single files may have, in any case", () => {
    const names = ["1.tif", "2.TIFF", "3.webp", "4.JFIF", "5.bmp", "6.gif", "7.PNG", "8.jpeg"];
    const dir = fresh(...names.map((name) => `a/${name}`), "b/1.jpg");
    expect(openData(dir).train.samples.length).toBe(9);
  });

  test("that are no images are counted by ending", () => {
    const dir = fresh("a/1.jpg", "a/2.heic", "a/3.heic", "a/notes", "b/2.jpg", "b/x.TXT", "loose.jpg");
    openData(dir);
    openData(dir);
    expect(remarksSoFar()).toEqual({
      leftOut: { ".heic": 2, "without extension": 1, ".txt": 1 },
      notes: [`${dir}: 1 image is next to the class folders, not in a class folder, and is ignored`],
    });
  });

  test("of a class that has no image are named", () => {
    const dir = fresh("a/1.jpg", "b/2.heic");
    expect(() => openData(dir)).toThrow(
      `class "b" has no images in ${join(dir, "b")}, only 1 other file such as 2.heic. Add images (.bmp, .gif, .jfif,`,
    );
    const flat = fresh("1.jpg", "2.jpg");
    expect(() => openData(flat)).toThrow(
      `${flat} contains 2 images but no class folders. Put the images in one folder`,
    );
  });
});

test("a manifest of a folder inside groups its images", () => {
  const dir = fresh("cells/Basophil/1.jpg", "cells/Monocyte/2.jpg");
  writeFiles(dir, { "cells/manifest.csv": "file,patient\nBasophil/1.jpg,7\nMonocyte/2.jpg,7\n" });
  expect(openData(dir).train.samples.map(({ group }) => group)).toEqual(["patient:7", "patient:7"]);
});
