// Manifests and zips for predict and differential: the same files, under the names that the user knows.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, makeCli } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
let files: string[];

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "run" });
  files = readdirSync(path("smears", "Test", "Neutrophil"))
    .sort()
    .map((name) => `smears/Test/Neutrophil/${name}`);
  const quoted = files.map((name) => `"${name.replaceAll("/", "\\")}"`);
  writeFileSync(path("list.csv"), `file\r\n${quoted.join("\r\n")}\r\n`);
  writeFileSync(path("twice.csv"), `file\n${files[0]}\n${files[0]}\n`);
  writeFileSync(path("gone.csv"), "file\nnone.png\n");
  writeFileSync(path("notes.csv"), "hello\nworld\n");
  const bytes = new Uint8Array(readFileSync(path(files[0]!)));
  writeFileSync(path("cells.zip"), zipSync({ "in, ner/Zelle ä.PNG": bytes }));
  writeFileSync(path("text.zip"), zipSync({ "a.txt": new Uint8Array([65]) }));
});

test("a manifest of Windows, without classes, is read; one with a fault names its line", async () => {
  const [predicted, counted, twice, gone, notes] = await cli.runAll([
    ["predict", "run", "list.csv", "--json"],
    ["differential", "list.csv", "--model", "run", "--reject", "0", "--json"],
    ["predict", "run", "twice.csv"],
    ["differential", "gone.csv", "--model", "run"],
    ["predict", "run", "notes.csv"],
  ]);
  const shown = predicted!.stdout
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line).file ?? []);
  expect(shown).toEqual(files.map((file) => path(file)));
  expect(JSON.parse(counted!.stdout).cells).toBe(files.length);
  expectFailure(twice!, 3, /^ERR_DATA manifest twice\.csv line \d: the same file as line \d\. List each image once\./);
  expectFailure(gone!, 3, /^ERR_DATA manifest gone\.csv line 2: no such file: .*none\.png\. Fix the path/);
  expectFailure(notes!, 3, /^ERR_DATA manifest notes\.csv: expected a column "file", received "hello"/);
});

test("files of a zip go by the zip's name, and a zip without pictures is refused", async () => {
  const [zip, text] = await cli.runAll([
    ["predict", "run", "cells.zip", "--json"],
    ["differential", "text.zip", "--model", "run"],
  ]);
  expect(JSON.parse(zip!.stdout.split("\n")[0]!).file).toBe("cells.zip/in, ner/Zelle ä.PNG");
  expectFailure(text!, 3, /^ERR_DATA text\.zip/);
});
