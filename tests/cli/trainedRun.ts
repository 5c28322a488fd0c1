import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { madeOnce } from "../support/madeOnce.ts";
import type { Cli } from "./cli.ts";

/** What a run is trained on, and for how long. */
export interface TrainedRunOptions {
  /** Folder that takes the images. */
  readonly data: string;
  /** Folder that takes the run. */
  readonly out: string;
  /** Training images a class, images to test on, and their height and width; defaults 4, 2, 40. */
  readonly images?: readonly [count: number, testCount: number, size: number];
  /** Default 1. */
  readonly epochs?: number;
}

/** Puts drawn images and a CNN of 32 pixels that was trained on them into the folder: by the program, once for all files that want the same. */
export async function copyTrainedRun(
  cli: Cli,
  { data, out, images = [4, 2, 40], epochs = 1 }: TrainedRunOptions,
): Promise<void> {
  const [count, testCount, size] = images.map(String) as [string, string, string];
  const name = ["run", data, count, testCount, size, epochs].join("-");
  const made = await madeOnce(name, async (folder) => {
    const outcomes = await cli.runAll([
      ["draw", data, "--count", count, "--test-count", testCount, "--size", size, "--quiet"],
      [
        "train",
        "--data",
        data,
        "--image-size",
        "32",
        "--epochs",
        String(epochs),
        "--threads",
        "1",
        "--quiet",
        "--out",
        out,
      ],
    ]);
    for (const { code, stderr } of outcomes) expect([code, stderr]).toEqual([0, ""]);
    for (const [from, to] of [
      [data, "data"],
      [out, "run"],
    ] as const)
      cpSync(join(cli.dir, from), join(folder, to), { recursive: true });
  });
  for (const [from, to] of [
    ["data", data],
    ["run", out],
  ] as const)
    cpSync(join(made, from), join(cli.dir, to), { recursive: true });
}
