import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allowedData, listData } from "@leukogram/laboratory/server/work/dataFolders";
import { afterAll, expect, test } from "vitest";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "leukogram-allowed-")));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const at = (...parts: string[]) => join(dir, ...parts);
for (const name of ["open/set", "open/other", "secret/set", "open-not"]) mkdirSync(at(name), { recursive: true });
writeFileSync(at("open/manifest.csv"), "file,class\n");
writeFileSync(at("open/notes.txt"), "");
symlinkSync(at("secret"), at("open/way-out"));
symlinkSync(at("open/set"), at("open/way-in"));
const allowed = [at("missing"), at("open")];

test("takes what lies in the folders, named from them or in full, links followed", () => {
  expect(allowedData("set", allowed)).toBe(at("open/set"));
  expect(allowedData(at("open", "other"), allowed)).toBe(at("open/other"));
  expect(allowedData("way-in", allowed)).toBe(at("open/set"));
  expect(allowedData("manifest.csv", allowed)).toBe(at("open/manifest.csv"));
  expect(allowedData("other/../set", allowed)).toBe(at("open/set"));
});

test.each(["", "missing", "notes.txt", "../secret/set", "way-out/set", "way-out", "set\0", "../open-not", "/etc", "/"])(
  "refuses %j in one and the same way",
  (named) => {
    expect(() => allowedData(named, allowed)).toThrow(
      /^ERR_DENIED .*: not in a folder that may be used for training\./,
    );
    expect(() => allowedData(named, [])).toThrow(/^ERR_DENIED/);
  },
);

test("lists what may be taken by the name that finds it, once, and nothing that leads outside", () => {
  for (const name of ["datasets/set", "datasets/.hidden"]) mkdirSync(at(name), { recursive: true });
  const folders = [at("datasets"), ...allowed];
  const listed = listData(folders);
  expect(listed).toEqual(["set", at("open"), "manifest.csv", "other", at("open/set")]);
  const found = [at("datasets/set"), at("open"), at("open/manifest.csv"), at("open/other"), at("open/set")];
  expect(listed.map((name) => allowedData(name, folders))).toEqual(found);
  expect(listData([at("missing")])).toEqual([]);
});
