import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readCheckpoint } from "leukogram/training/checkpoint";
import { beforeAll, expect, test } from "vitest";
import { makeCli, type Outcome } from "../cli/cli.ts";

const cli = makeCli();
const SETTINGS = "--image-size 32 --epochs 20 --batch-size 2 --threads 1 --early-stopping 19".split(" ");
const begin = (out: string) => cli.start("train", "--data", "smears", "--out", out, ...SETTINGS);
const resume = (out: string) => cli.start("train", "--out", out, "--resume");
const model = (out: string) => readFileSync(join(cli.dir, out, "model.onnx"));
const epochsTold = ({ stderr }: Outcome) =>
  [...stderr.matchAll(/^Epoch (\d+)\/20 /gm)].map(([, epoch]) => Number(epoch));
const checkpoint = (out: string) => readCheckpoint(join(cli.dir, out, "checkpoints", "last.safetensors"));

let whole: Outcome;
beforeAll(async () => {
  await cli.run("draw", "smears", "--count", "6", "--test-count", "2", "--size", "40");
  whole = await begin("whole").outcome;
  expect(whole.code, whole.stderr).toBe(0);
});

test.concurrent("a run that is killed again and again loses at most the epoch under way, and ends with the same model", async () => {
  let run = begin("killed");
  const told: number[] = [];
  for (const [epoch, delay] of [
    [2, 0],
    [8, 30],
  ] as const) {
    await run.until(`Epoch ${epoch}/20 `);
    await sleep(delay);
    run.child.kill("SIGKILL");
    const outcome = await run.outcome;
    expect(outcome.code).toBeNull();
    told.push(...epochsTold(outcome));
    // What was told is kept; the next run begins with the epoch after.
    expect((await checkpoint("killed"))!.epoch).toBeGreaterThanOrEqual(told.at(-1)!);
    expect(existsSync(join(cli.dir, "killed", "model.onnx"))).toBe(false);
    run = resume("killed");
  }
  const last = await run.outcome;
  expect(last.code, last.stderr).toBe(0);
  told.push(...epochsTold(last));
  expect([...new Set(told)]).toEqual(told);
  expect(model("killed").equals(model("whole"))).toBe(true);
  expect(last.stdout.replaceAll("killed", "whole").replace(/Training: .*/, "")).toBe(
    whole.stdout.replace(/Training: .*/, ""),
  );
});

test.concurrent("Ctrl-C stops after the step, says how to go on, and the same model comes of it", async () => {
  const run = begin("stopped");
  await run.until("Epoch 3/20 ");
  run.child.kill("SIGINT");
  const { code, stdout, stderr } = await run.outcome;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toMatch(
    /^Stopping after this step; Ctrl-C again to stop at once\.\nERR_ABORTED training was interrupted in epoch \d+\. Everything is saved\. Continue with --resume\.\n$/m,
  );
  const resumed = await resume("stopped").outcome;
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(model("stopped").equals(model("whole"))).toBe(true);
});
