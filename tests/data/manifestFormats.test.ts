// The same manifest in every format that there is.
import { join } from "node:path";
import { openData } from "leukogram/data/dataset";
import { MANIFEST_ENDINGS } from "leukogram/data/manifest/manifestTable";
import { expect, test } from "vitest";
import { temporaryFolder, touch, writeFiles } from "./folders.ts";

/** A row for each ending. */
const TEXTS: Readonly<Record<string, string>> = {
  ".csv":
    'file,class,split\n1.jpg,Basophil,train\n2.jpg,Monocyte,train\n"x,y.jpg",Basophil,test\n3.jpg,Monocyte,test\n',
};

const dir = temporaryFolder();
touch(dir, "1.jpg", "2.jpg", "x,y.jpg", "3.jpg");

test.each(MANIFEST_ENDINGS)("a manifest that ends in %s lists files, classes and parts", (ending) => {
  const name = `manifest${ending}`;
  const { train, test: judged } = openData(join(writeFiles(dir, { [name]: TEXTS[ending]! }), name));
  expect(train.classes).toEqual(["Basophil", "Monocyte"]);
  expect(train.samples.map(({ file, label }) => [file, label])).toEqual([
    ["1.jpg", 0],
    ["2.jpg", 1],
  ]);
  expect(judged!.samples.map(({ file, label }) => [file, label])).toEqual([
    ["x,y.jpg", 0],
    ["3.jpg", 1],
  ]);
});
