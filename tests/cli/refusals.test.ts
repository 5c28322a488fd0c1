// Flags and files that contradict each other are refused before any work is done.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { Dense, Flatten } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { beforeAll, expect, test } from "vitest";
import { picture, writeFiles } from "../data/folders.ts";
import { expectFailure, makeCli } from "./cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const CONVERT = ["convert", "two.keras", "copy.h5", "--classes", "round,long", "--preprocessing", "0..1", "--quiet"];

beforeAll(async () => {
  const cell = await picture(80);
  writeFiles(path("cells"), { "Basophil/1.png": cell, "Monocyte/1.png": cell });
  const layers = [new Flatten(), new Dense({ units: 2, activation: "softmax" })];
  await writeKeras(new Sequential([4, 4, 3], layers).initialize(3), path("two.keras"));
  mkdirSync(path("damaged"));
  writeFileSync(path("damaged", "config.json"), '{"version":');
});

test("each by what contradicts what", async () => {
  const cases: readonly (readonly [args: string, code: number, message: string])[] = [
    [
      "train --data cells --recipe r.json --preset quick",
      2,
      "ERR_USAGE --recipe and --preset can't be combined. Use only one of them.",
    ],
    ["evaluate cnn-anylab --data cells --others leave-out", 2, "ERR_USAGE --others requires --map-classes. Add"],
    [
      "compare cnn-anylab cnn-cells --scale 72px",
      2,
      "ERR_USAGE compare: --scale requires --data. Without --data, saved predictions",
    ],
    [
      "inspect cnn-anylab --data cells",
      2,
      "ERR_USAGE inspect: cnn-anylab already crops cells and scales its own pixels. Remove --data",
    ],
    [
      "track damaged --tensorboard board",
      3,
      `ERR_FORMAT ${join("damaged", "config.json")}: damaged, or not a run file. Start the run again`,
    ],
  ];
  const outcomes = await cli.runAll(cases.map(([args]) => args.split(" ")));
  for (const [i, [, code, message]] of cases.entries()) expectFailure(outcomes[i]!, code, message);
});

test("class names of an earlier file are not written over", async () => {
  expect((await cli.run(...CONVERT)).code).toBe(0);
  rmSync(path("copy.h5"));
  expectFailure(
    await cli.run(...CONVERT),
    3,
    /^ERR_OUTPUT copy\S+: already exists, and the class names must be written there\./,
  );
});
