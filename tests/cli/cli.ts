import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { builtPath } from "../support/packages.ts";

/** The program, as it was built for the tests. */
export const BIN = builtPath("leukogram", "cli/main.js");
const DRIVER = fileURLToPath(new URL("./driver.js", import.meta.url));

/** What a run of the program gave. */
export interface Outcome {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under way, and its outcome. */
export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Waits until stderr holds `text`. */
  until(text: string): Promise<void>;
}

/** A command line, and what stands on stdin for it. */
export interface Typed {
  /** Variables of its environment, beside those of the test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly input?: string;
}

/** The program in a folder of its own, which is removed when the file's tests have run. */
export interface Cli {
  readonly dir: string;
  /** Runs it to its end in the folder. */
  run(...args: string[]): Promise<Outcome>;
  start(...args: string[]): Running;
  /** Runs one command line after the other, all in one process. */
  runAll(lines: readonly (readonly string[] | Typed)[]): Promise<Outcome[]>;
}

/** Makes a folder with a cache in it to run the program in. */
export function makeCli(): Cli {
  const dir = mkdtempSync(join(tmpdir(), "leukogram-cli-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const env = { ...process.env, LEUKOGRAM_CACHE: join(dir, ".cache") };
  const node = (...args: string[]) => watch(spawn(process.execPath, args, { cwd: dir, env }));
  return {
    dir,
    start: (...args) => node(BIN, ...args),
    run: (...args) => node(BIN, ...args).outcome,
    async runAll(lines) {
      const all = lines.map((line) => ("args" in line ? line : { args: line }));
      const { code, stdout, stderr } = await node(DRIVER, JSON.stringify(all)).outcome;
      expect([code, stderr]).toEqual([0, ""]);
      return JSON.parse(stdout) as Outcome[];
    },
  };
}

function watch(child: ChildProcess): Running {
  let [stdout, stderr] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => stderr.includes(text) && resolve();
      child.stderr!.on("data", look);
      child.on("close", () => reject(new Error(`"${text}" was never said, but:\n${stderr}`)));
      look();
    });
  return { child, outcome, until };
}

/** The JSON that a run printed, which must have ended well with nothing else on stdout. */
export function jsonOf<T>({ code, stdout, stderr }: Outcome): T {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

/** Makes sure that a run failed with this code and said so in one line on stderr, with nothing on stdout. */
export function expectFailure(outcome: Outcome, code: number, message: string | RegExp): void {
  const lines = outcome.stderr.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(message);
  expect(lines.filter((line) => line.startsWith("ERR_"))).toHaveLength(1);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expect([outcome.code, outcome.stdout]).toEqual([code, ""]);
}
