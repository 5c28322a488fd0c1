import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  adaptJob,
  auditJob,
  convertJob,
  crossValidateJob,
  drawSmears,
  type JobEvent,
  lineOfEvent,
  parseRecipe,
  suggestJob,
  trainJob,
} from "leukogram";
import { forgetRemarks, hearRemarks, onRemark, remark } from "leukogram/data/remarks";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

const place = mkdtempSync(join(tmpdir(), "leukogram-jobs-"));
const cells = join(place, "cells");
const run = join(place, "cnn");
const recipe = parseRecipe({ model: "cnn", imageSize: 32, epochs: 1, threads: 1 });

/** What a job tells. */
const told: JobEvent[] = [];
const onProgress = (event: JobEvent) => void told.push(event);
const lines = () => told.flatMap((event) => lineOfEvent(event) ?? []);

beforeAll(async () => {
  forgetRemarks(); // those of other tests in this process, which the first job would tell
  await drawSmears(cells, { count: 6, testCount: 2, imageSize: 32 });
});
afterAll(() => {
  forgetRemarks();
  rmSync(place, { recursive: true });
});

describe("a training", () => {
  test("tells its stages, steps and epochs, keeps them in the run's log, and prints nothing", async () => {
    const spies = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
    const { evaluation, judgedOn, command, out } = await trainJob({ data: cells, out: run, recipe, onProgress });
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect([judgedOn, evaluation.count, out]).toEqual(["test", 10, run]);
    expect(command).toBe(`leukogram train --recipe ${run}/config.json --data ${cells} --out ${run}-again`);
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(["note", "stage", "step", "epoch"]));
    expect(readFileSync(join(run, "log.txt"), "utf8").trimEnd().split("\n")).toEqual(lines());
    expect(lines()[0]).toMatch(/^cells: 2\d images for training, \d for validation, 10 for testing$/);
  });

  test("leaves a folder that holds a run, unless it may be replaced", async () => {
    await expect(trainJob({ data: cells, out: run, recipe })).rejects.toThrow(/^ERR_OUTPUT .*: already contains a run/);
  });

  test("stops at once if its signal fired before, and leaves no folder", async () => {
    const out = join(place, "stopped");
    await expect(trainJob({ data: cells, out, recipe, signal: AbortSignal.abort() })).rejects.toThrow(
      "ERR_ABORTED the job was interrupted before it began",
    );
    expect(existsSync(out)).toBe(false);
  });
});

test("a cross-validation goes on with what is done", async () => {
  const options = { data: cells, out: join(place, "cv"), recipe, folds: 2 };
  const first = await crossValidateJob(options);
  told.length = 0;
  expect(await crossValidateJob({ ...options, resume: true, onProgress })).toEqual(first);
  expect(lines()).toEqual(expect.arrayContaining(["Repeat 1 of 1, fold 2 of 2: done before"]));
});

test("an adaptation says by what, and a suggestion names images", async () => {
  const shared = { model: run, threads: 1 };
  const byLabels = await adaptJob({ ...shared, labelled: join(cells, "Train"), out: join(place, "labels") });
  expect(byLabels.by === "labels" && byLabels.learned.length).toBe(30);
  const byVotes = await adaptJob({ ...shared, unlabelled: join(cells, "Test"), out: join(place, "votes") });
  expect(byVotes.by).toBe("votes");
  await expect(adaptJob({ ...shared, out: join(place, "none") })).rejects.toThrow(
    "ERR_USAGE adapt: no cells to adapt to. Give",
  );
  expect(await suggestJob({ ...shared, data: join(cells, "Test"), count: 3 })).toHaveLength(3);
  const known = join(cells, "Train");
  await expect(suggestJob({ ...shared, data: known, labelled: known, count: 3 })).rejects.toThrow(
    `ERR_DATA ${known}: contains no unlabelled images`,
  );
});

test("a conversion and an audit give what they found", async () => {
  const { format, checked, labels } = await convertJob({ model: run, out: join(place, "cnn.keras") });
  expect([format, checked.pictures, labels]).toEqual(["Keras 3", 2, undefined]);
  await expect(convertJob({ model: run, out: join(place, "cnn.keras") })).rejects.toThrow("cnn.keras: already exists");
  expect((await auditJob({ data: cells })).images).toBe(40);
});

test("a job hears what is noticed of pictures, and then whoever heard it before", () => {
  const [program, job]: [string[], string[]] = [[], []];
  onRemark((text) => program.push(text));
  const stop = hearRemarks((text) => job.push(text));
  remark("within");
  stop();
  remark("after");
  expect([job, program]).toEqual([["within"], ["after"]]);
});
