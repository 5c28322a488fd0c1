import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { openData, scanFolder } from "leukogram/data/dataset";
import { describe, expect, test } from "vitest";
import { temporaryFolder, touch, writeFiles } from "./folders.ts";

const root = temporaryFolder();
let made = 0;
const fresh = () => {
  const dir = join(root, `case${made++}`);
  mkdirSync(dir);
  return dir;
};
const files = (dataset: { samples: readonly { file: string }[] } | undefined) => dataset?.samples.map((s) => s.file);
const groups = (dataset: { samples: readonly { file: string; group: string }[] }) =>
  Object.fromEntries(dataset.samples.map((sample) => [sample.file, sample.group]));

describe("scanFolder", () => {
  test("lists images as Keras does: classes, then folders by path, then names by code points", () => {
    const dir = touch(
      fresh(),
      "b/2.jpg",
      "b/10.jpg",
      "b/Z.PNG",
      "a/sub/1.jpeg",
      "a/z.gif",
      "a/a-b/q.bmp",
      "a/note.txt",
    );
    touch(dir, "loose.jpg", ".hidden/1.jpg");
    const { classes, samples } = scanFolder(dir);
    expect(classes).toEqual(["a", "b"]);
    expect(files({ samples })).toEqual(["a/z.gif", "a/a-b/q.bmp", "a/sub/1.jpeg", "b/10.jpg", "b/2.jpg", "b/Z.PNG"]);
    expect(samples.map((sample) => sample.label)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test("sorts names beyond U+FFFF after U+FF00, as Python does and JavaScript does not", () => {
    const dir = touch(fresh(), "a/\u{1F9EB}.jpg", "a/\uFF01.jpg", "b/1.jpg");
    expect(files(scanFolder(dir))).toEqual(["a/\uFF01.jpg", "a/\u{1F9EB}.jpg", "b/1.jpg"]);
  });

  test("follows a class folder that is a link", () => {
    const dir = touch(fresh(), "a/1.jpg");
    const elsewhere = touch(fresh(), "2.jpg");
    symlinkSync(elsewhere, join(dir, "b"));
    symlinkSync(join(elsewhere, "none"), join(dir, "broken"));
    expect(files(scanFolder(dir))).toEqual(["a/1.jpg", "b/2.jpg"]);
  });

  test("takes the classes named, in their order", () => {
    const dir = touch(fresh(), "a/1.jpg", "b/1.jpg", "c/1.jpg");
    expect(files(scanFolder(dir, { classes: ["c", "a"] }))).toEqual(["c/1.jpg", "a/1.jpg"]);
    expect(() => scanFolder(dir, { classes: ["c", "d"] })).toThrow(
      `ERR_DATA ${dir} has no folder for the class "d", only "a", "b", "c". Give only classes that have a folder.`,
    );
  });

  test("groups augmented copies with their original, whatever their format", () => {
    const dir = touch(fresh(), "a/x.jpg", "a/aug_0_x.jpg", "a/aug_12_aug_0_x.png", "a/y.jpg", "b/x.jpg");
    const group = groups(scanFolder(dir));
    expect(new Set([group["a/x.jpg"], group["a/aug_0_x.jpg"], group["a/aug_12_aug_0_x.png"]]).size).toBe(1);
    expect(new Set(Object.values(group)).size).toBe(3);
  });

  test("groups by a column of the manifest, and copies with their original all the same", () => {
    const dir = touch(fresh(), "a/x.jpg", "a/y.jpg", "a/aug_0_x.jpg", "b/z.jpg", "b/w.jpg");
    writeFiles(dir, {
      "manifest.csv": "file,class,who\na/x.jpg,a,P1\na/y.jpg,a,P1\na/aug_0_x.jpg,a,P9\nb/z.jpg,b,P2\nb/w.jpg,b,\n",
    });
    const group = groups(scanFolder(dir, { groupBy: "who" }));
    expect(group["a/x.jpg"]).toBe(group["a/y.jpg"]);
    expect(group["a/aug_0_x.jpg"]).toBe(group["a/x.jpg"]);
    expect(new Set(Object.values(group)).size).toBe(3); // P1, P2, and one image whose patient is not known
  });

  test("groups by patient without being asked, where the manifest knows patients", () => {
    const dir = touch(fresh(), "a/x.jpg", "b/z.jpg");
    writeFiles(dir, { "manifest.csv": "file,patient\na/x.jpg,7\nb/z.jpg,7\n" });
    expect(new Set(Object.values(groups(scanFolder(dir)))).size).toBe(1);
  });

  test("names the columns where the one to group by is not among them", () => {
    const dir = touch(fresh(), "a/x.jpg", "b/z.jpg");
    expect(() => scanFolder(dir, { groupBy: "who" })).toThrow(/ERR_USAGE grouping by "who" needs a manifest/);
    writeFiles(dir, { "manifest.csv": "file,patient\na/x.jpg,1\n" });
    expect(() => scanFolder(dir, { groupBy: "who" })).toThrow('no column "who" to group by, only "file", "patient"');
    expect(() => scanFolder(dir, { groupBy: "patient" })).toThrow(/has no row for .*z\.jpg, so its patient is unknown/);
  });

  test("says what is wrong with a folder", () => {
    const dir = fresh();
    expect(() => scanFolder(join(dir, "nowhere"))).toThrow(`ERR_DATA no such folder: ${join(dir, "nowhere")}. Check`);
    expect(() => scanFolder(dir)).toThrow(`ERR_DATA ${dir} is empty: no class folders found. Put the images`);
    touch(dir, "plain.txt");
    expect(() => scanFolder(join(dir, "plain.txt"))).toThrow(
      "plain.txt is not a folder. Give a folder of class folders",
    );
    touch(dir, "a/1.jpg");
    expect(() => scanFolder(dir)).toThrow(`${dir} has only one class, "a", but at least 2 are needed. Give the folder`);
    touch(dir, "b/readme.txt");
    expect(() => scanFolder(dir)).toThrow(
      `class "b" has no images in ${join(dir, "b")}, only 1 other file such as readme.txt. Add images`,
    );
  });
});

describe("openData", () => {
  test("finds Train and Test in any case, and names files from the common root", () => {
    const dir = touch(fresh(), "TRAIN/a/1.jpg", "TRAIN/b/1.jpg", "test/a/2.jpg", "test/b/2.jpg");
    const { train, test: held, validation } = openData(dir);
    expect(files(train)).toEqual(["TRAIN/a/1.jpg", "TRAIN/b/1.jpg"]);
    expect(files(held)).toEqual(["test/a/2.jpg", "test/b/2.jpg"]);
    expect(validation).toBeUndefined();
  });

  test("takes one folder of class folders, without a test part", () => {
    const dir = touch(fresh(), "a/1.jpg", "b/1.jpg");
    expect(files(openData(dir).train)).toEqual(["a/1.jpg", "b/1.jpg"]);
    expect(openData(dir).test).toBeUndefined();
  });

  test("finds a part to validate on where there is one", () => {
    const dir = touch(
      fresh(),
      "Train/a/1.jpg",
      "Train/b/1.jpg",
      "val/a/3.jpg",
      "val/b/3.jpg",
      "Test/a/2.jpg",
      "Test/b/2.jpg",
    );
    expect(files(openData(dir).validation)).toEqual(["val/a/3.jpg", "val/b/3.jpg"]);
  });

  test("finds the manifest beside Train and Test, from each of them too", () => {
    const dir = touch(fresh(), "Train/a/1.jpg", "Train/b/1.jpg", "Test/a/2.jpg", "Test/b/2.jpg");
    writeFiles(dir, {
      "manifest.csv": "file,slide\nTrain/a/1.jpg,S\nTrain/b/1.jpg,S\nTest/a/2.jpg,T\nTest/b/2.jpg,T\n",
    });
    for (const train of [openData(dir, { groupBy: "slide" }).train, scanFolder(join(dir, "Train"))]) {
      expect(train.samples.map((sample) => sample.group)).toEqual(["slide:S", "slide:S"]);
    }
  });

  test("refuses different classes in train and test", () => {
    const dir = touch(fresh(), "Train/a/1.jpg", "Train/b/1.jpg", "Test/a/2.jpg", "Test/c/2.jpg");
    expect(() => openData(dir)).toThrow('train and test have different classes; only in train: "b"; only in test: "c"');
  });

  test("says that a path is missing, or is no folder", () => {
    const dir = touch(fresh(), "plain.txt");
    expect(() => openData(join(dir, "none"))).toThrow(/ERR_DATA no such folder/);
    expect(() => openData(join(dir, "plain.txt"))).toThrow(/is not a folder/);
  });
});

describe("a manifest as data", () => {
  test("tells files, classes, parts and groups", () => {
    const dir = touch(fresh(), "1.jpg", "2.jpg", "deep/3.jpg", "4.jpg");
    const rows = [
      "file,label,split,group",
      "1.jpg,b,Train,g",
      "2.jpg,a,training,g",
      "deep/3.jpg,a,test,h",
      "4.jpg,b,TEST,h",
    ];
    writeFiles(dir, { "all.csv": `\uFEFF${rows.join("\r\n")}\r\n` });
    const { train, test: held } = openData(join(dir, "all.csv"));
    expect(train.classes).toEqual(["a", "b"]);
    expect(files(train)).toEqual(["2.jpg", "1.jpg"]);
    expect(files(held)).toEqual(["deep/3.jpg", "4.jpg"]);
    expect(train.samples.map((sample) => sample.group)).toEqual(["group:g", "group:g"]);
  });

  test("reads the parts from the paths where it has no split column", () => {
    const dir = touch(fresh(), "Train/1.jpg", "Train/2.jpg", "Test/3.jpg", "Test/4.jpg");
    writeFiles(dir, { "m.csv": "file,class\nTrain\\1.jpg,a\nTrain/2.jpg,b\nTest/3.jpg,a\nTest/4.jpg,b\n" });
    expect(files(openData(join(dir, "m.csv")).test)).toEqual(["Test/3.jpg", "Test/4.jpg"]);
    expect(files(openData(join(dir, "m.csv")).train)).toEqual(["Train/1.jpg", "Train/2.jpg"]);
  });

  test("names the line where a cell is wrong", () => {
    const dir = touch(fresh(), "1.jpg", "2.jpg");
    const open = (text: string) => openData(join(writeFiles(dir, { "m.csv": text }), "m.csv"));
    expect(() => open("file,class\n1.jpg,a\nnone.jpg,b\n")).toThrow(/line 3: no such file: .*none\.jpg/);
    expect(() => open("file,class,split\n1.jpg,a,train\n2.jpg,b,maybe\n")).toThrow(
      'line 3: expected split train, validation or test, received "maybe"',
    );
    expect(() => open("file,class\n1.jpg,a\n./1.jpg,b\n")).toThrow(
      "line 2: the same file as line 3. List each image once.",
    );
    expect(() => open("file,class\n1.jpg,a\n2.jpg,\n")).toThrow('line 3: the column "class" is empty');
    expect(() => open("file,class\n1.jpg,a\n")).toThrow('has only one class, "a"');
    expect(() => open("file,class\n")).toThrow("is empty: it lists no images");
    expect(() => open("picture,class\n1.jpg,a\n")).toThrow('expected a column "file", received "picture", "class"');
    expect(() => open("file,kind\n1.jpg,a\n")).toThrow('expected a column "class" or "label", received "file", "kind"');
    expect(() => open("file,class,split\n1.jpg,a,train\n2.jpg,b,test\n")).toThrow(/class "b" has no images in train/);
  });
});
