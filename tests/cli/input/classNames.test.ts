// Labels whose names are written otherwise than the model's: matched and said, or refused with a way that works.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_TYPES } from "leukogram/cells/classes";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);

/** The drawn test images under other names of their classes. */
function renamed(dir: string, nameOf: (name: string) => string): void {
  for (const name of CELL_TYPES) cpSync(path("smears", "Test", name), path(dir, nameOf(name)), { recursive: true });
}

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "run" });
  renamed("lower", (name) => name.toLowerCase());
  const rows = CELL_TYPES.flatMap((name) =>
    readdirSync(path("smears", "Test", name))
      .sort()
      .map((file, i) => `smears/Test/${name}/${file},${i === 0 ? name : name.toLowerCase()}`),
  );
  writeFileSync(path("mixed.csv"), `file,class\n${rows.join("\n")}\n`);
});

interface Judged {
  readonly types: string;
  readonly classes: readonly string[];
  readonly accuracy: { readonly value: number };
  readonly pictures: { readonly notes: readonly string[] };
}

test("names in another case are the model's, which is said; the figures are the same", async () => {
  const [right, lower, robust] = await cli.runAll([
    ["evaluate", "run", "--data", "smears", "--json"],
    ["evaluate", "run", "--data", "lower", "--json"],
    ["robustness", "run", "--data", "lower", "--images", "5", "--json"],
  ]);
  const judged = jsonOf<Judged>(lower!);
  expect(judged.classes).toEqual(CELL_TYPES);
  expect(judged.accuracy.value).toBe(jsonOf<Judged>(right!).accuracy.value);
  const said = `class names that differ only in spelling: ${CELL_TYPES.map((name) => `"${name.toLowerCase()}" is read as "${name}"`).join(", ")}`;
  expect(judged.pictures.notes).toContain(said);
  expect(robust!.stderr).toContain(`Note: ${said}`);
});

test("a model of eleven types judges five lower-case ones in the five, and other commands name --types five", async () => {
  const [judged, robust] = await cli.runAll([
    ["evaluate", "mobilenetv2-types", "--data", "lower", "--json"],
    ["robustness", "mobilenetv2-types", "--data", "lower", "--images", "5"],
  ]);
  expect(jsonOf<Judged>(judged!)).toMatchObject({ types: "five" });
  expectFailure(
    robust!,
    3,
    /^ERR_DATA class "neutrophil" is not one of the model's .*\. --map-classes auto reads .*; because the model has more types, leukogram evaluate can use the five: --types five\.$/,
  );
});

test("one class under two spellings is refused in all that takes labels, with a way that works", async () => {
  const [refused, trained, mapped] = await cli.runAll([
    ["evaluate", "run", "--data", "mixed.csv"],
    ["train", "--data", "mixed.csv", "--out", "x"],
    ["evaluate", "run", "--data", "mixed.csv", "--map-classes", "auto", "--json"],
  ]);
  const message =
    'ERR_DATA mixed.csv: the classes "Basophil", "basophil" differ only in case, spaces, - or _, but would count as two classes. Give them the same name, or merge them as Basophil with --map-classes auto.';
  for (const outcome of [refused!, trained!]) expectFailure(outcome, 3, message);
  expect(jsonOf<Judged>(mapped!).classes).toEqual(CELL_TYPES);
});

test("several laboratories that write one class otherwise are refused too", async () => {
  const [refused, mapped] = await cli.runAll([
    ["evaluate", "run", "--data", "A=smears", "--data", "B=lower"],
    ["evaluate", "run", "--data", "A=smears", "--data", "B=lower", "--map-classes", "auto", "--json"],
  ]);
  expectFailure(refused!, 3, /^ERR_DATA smears, lower: the classes "Basophil", "basophil" differ only in case/);
  expect(jsonOf<Judged>(mapped!).classes).toEqual(CELL_TYPES);
});

test("a run keeps how its data is read, and is resumed so and not otherwise", async () => {
  const small = ["--image-size", "32", "--threads", "1", "--epochs", "1", "--quiet"];
  const read = ["--bits", "12", "--map-classes", "map.csv"];
  const to = CELL_TYPES.map((name) => `${name},${name}\n${name.toLowerCase()},${name}`);
  writeFileSync(path("map.csv"), `from,to\n${to.join("\n")}\n`);
  const outcomes = await cli.runAll([
    ["train", "--data", "mixed.csv", "--out", "mapped", ...small, ...read, "--json"],
    ["train", "--out", "mapped", "--resume", "--bits", "14"],
    ["train", "--out", "mapped", "--resume", "--map-classes", "auto"],
    ["train", "--out", "mapped", "--resume", "--json"],
  ]);
  const { command } = jsonOf<{ command: string }>(outcomes[0]!);
  expect(command).toContain(" --bits 12 --map-classes map.csv ");
  const { bits, mapClasses } = JSON.parse(readFileSync(path("mapped", "config.json"), "utf8"));
  expect([bits, mapClasses.basophil]).toEqual([12, "Basophil"]);
  expectFailure(
    outcomes[1]!,
    2,
    /^ERR_CONFIG mapped: the run was started with different settings: bits 12, now 14\. Resume it with/,
  );
  expectFailure(outcomes[2]!, 2, /different settings: mapClasses \{"Basophil":"Basophil",.*\}, now auto\./);
  expect(jsonOf<Judged & { command: string }>(outcomes[3]!)).toMatchObject({ classes: CELL_TYPES, command });
});
