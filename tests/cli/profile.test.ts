// `--profile`: a table of where the time went, and a trace that a viewer opens.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tellSpan } from "@leukogram/engine/core/spans";
import { Profile, profileTable } from "leukogram/report/text/profile";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();
const path = (name: string) => join(cli.dir, name);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly name: string };
}

const eventsOf = (trace: string): readonly TraceEvent[] => JSON.parse(trace).traceEvents;

/** Rows of the table that the program printed: name and how often. */
const rowsOf = (stderr: string) =>
  new Map(
    [...stderr.matchAll(/^( *\S.*?) {2,}(\d+) +\d+\.\d\d +\d+\.\d\d +\d+ +\d+\.\d$/gm)].map(
      ([, name, times]) => [name!, Number(times)] as const,
    ),
  );

beforeAll(() => copyTrainedRun(cli, { data: "smears", out: "a" }));

describe("--profile", () => {
  test("predict: every image and every run of the model is in table and trace, operators among them", async () => {
    const { code, stdout, stderr } = await cli.run("predict", "a", "smears", "--quiet", "--profile", "predict.json");
    expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, 30]);
    expect(stderr).toMatch(/^Time: \d+\.\d\d s on the clock, \d+\.\d\d s of processors; the main thread was busy/);
    expect(stderr).toMatch(/\nTrace: predict\.json\n$/);
    const rows = rowsOf(stderr);
    expect(rows.get("Read and decode an image")).toBe(30);
    expect(rows.get("Run the model")).toBe(1);
    expect(rows.get("  Conv")).toBeGreaterThanOrEqual(5);
    const events = eventsOf(readFileSync(path("predict.json"), "utf8"));
    for (const [name, times] of rows)
      expect(events.filter((event) => event.ph === "X" && event.name === name.trim()).length).toBeGreaterThanOrEqual(
        times,
      );
    const threads = events.filter(({ ph }) => ph === "M").map(({ args }) => args!.name);
    expect(threads).toEqual(expect.arrayContaining(["main thread", "ONNX Runtime"]));
  });

  test("train: steps, batches made in another thread, validation and checkpoints", async () => {
    const { code, stderr } = await cli.run(
      ...["train", "--data", "smears", "--image-size", "32", "--epochs", "2", "--threads", "1", "--quiet"],
      ...["--out", "b", "--profile", "train.json"],
    );
    expect(code).toBe(0);
    const rows = rowsOf(stderr);
    const named = (name: string) => rows.get(name) ?? 0;
    expect(named("Write a checkpoint")).toBe(2);
    expect(named("Training step")).toBe(2);
    expect(named("Wait for a batch")).toBe(named("Make a batch (augmentation)"));
    expect(named("Validation step")).toBeGreaterThan(0);
    expect(named("Evaluate and write the report")).toBe(1);
    const threads = eventsOf(readFileSync(path("train.json"), "utf8")).flatMap(({ args }) => args?.name ?? []);
    expect(threads.some((name) => /^loader thread \d+/.test(name))).toBe(true);
  });

  test("a job that fails shows where it was; the file is checked before it begins", async () => {
    const [failed, named, taken, gone] = await cli.runAll([
      ["predict", "a", "no.jpg", "--profile", "failed.json"],
      ["predict", "a", "smears", "--profile", "smears/Test/Basophil/bas_0000.jpg"],
      ["evaluate", "a", "--data", "smears", "--profile", "failed.json"],
      ["evaluate", "a", "--data", "smears", "--profile", "a/config.json/x.json"],
    ]);
    expect(failed!.code).toBe(3);
    expect(failed!.stderr).toMatch(/ERR_DATA no\.jpg: no such image or folder/);
    expectFailure(named!, 2, /--profile .*bas_0000\.jpg: the trace needs a file that ends in \.json/);
    expectFailure(taken!, 3, /failed\.json: already exists.*Choose another file for --profile/s);
    expectFailure(gone!, 3, /x\.json: can't be written/);
    expect(existsSync(path("failed.json"))).toBe(true);
  });
});

describe("a profile", () => {
  test("what overlaps lies in rows of its own, what is nested does not; parts stand below their whole", () => {
    const profile = new Profile();
    const at = (name: string, start: number, end: number, more = {}) =>
      tellSpan({ name, start: 1000 + start, milliseconds: end - start, ...more });
    at("inner", 2, 4);
    at("read", 0, 10);
    at("read", 5, 15);
    at("read", 10, 12);
    at("Conv", 1, 2, { within: "run", thread: "ONNX Runtime" });
    at("run", 20, 60);
    const summary = profile.stop();
    at("later", 0, 1000);
    expect(summary.rows.map(({ name, times, seconds }) => [name, times, Number(seconds.toFixed(6))])).toEqual([
      ["run", 1, 0.04],
      ["Conv", 1, 0.001],
      ["read", 3, 0.022],
      ["inner", 1, 0.002],
    ]);
    const rows = eventsOf(profile.trace()).filter(({ ph }) => ph === "X");
    const rowOf = (name: string, index = 0) => rows.filter((event) => event.name === name)[index]!.tid;
    expect(rowOf("inner")).toBe(rowOf("read", 0));
    expect(rowOf("read", 1)).not.toBe(rowOf("read", 0));
    expect(rowOf("read", 2)).toBe(rowOf("read", 0));
    expect(rowOf("Conv")).not.toBe(rowOf("run"));
    expect(profileTable(summary)).toMatch(/^ {2}Conv {2,}1 {2,}0\.00/m);
  });

  test("a trace is cut at a length that viewers open, and the table says so", () => {
    const profile = new Profile();
    for (let i = 0; i < 100_050; i++) tellSpan({ name: "read", start: i, milliseconds: 0.5 });
    const summary = profile.stop();
    expect([summary.leftOut, summary.rows[0]!.times]).toEqual([50, 100_050]);
    expect(eventsOf(profile.trace()).filter(({ ph }) => ph === "X")).toHaveLength(100_000);
    expect(profileTable(summary)).toContain("The trace leaves out 50 pieces of work after the first 100000.");
  });
});
