import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "@leukogram/engine/core/lines";

/** What came of the mutations of one reader. */
export interface Tally {
  mutations: number;
  /** How many ended so: `read`, or a code. */
  readonly codes: Record<string, number>;
  slowestMs: number;
  /** Of the process that read, MB, and what of it the reader needs for a whole file. */
  peakMb: number;
  baselineMb: number;
  readonly faults: Fault[];
}

/** A mutation that did not end as it should. */
export interface Fault {
  readonly mutation: number;
  readonly what: string;
}

/** What {@link fuzzReader} takes beside the reader. */
export interface FuzzOptions {
  readonly seed: string;
  readonly count: number;
  /** A mutation may take so long. */
  readonly limitMs?: number;
  /** The process may take so much memory. */
  readonly limitMb?: number;
  /** The first mutation; default 0. */
  readonly from?: number;
}

interface Line {
  readonly begin?: number;
  readonly end?: number;
  readonly code?: string;
  readonly ms?: number;
  readonly rss?: number;
  readonly baseline?: number;
  readonly fault?: string;
  readonly done?: true;
}

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));

/** Lets a reader, or several in turn (`a|b`), read so many damaged files in processes of their own, which may hang or die. */
export async function fuzzReader(reader: string, options: FuzzOptions): Promise<Tally> {
  const { from = 0, count } = options;
  const tally: Tally = { mutations: 0, codes: {}, slowestMs: 0, peakMb: 0, baselineMb: 0, faults: [] };
  for (let next = from; next < from + count; ) next = await runChild(reader, next, options, tally);
  return tally;
}

/** Goes on until the end, or the first mutation that the process does not survive; the one after it. */
async function runChild(reader: string, first: number, options: FuzzOptions, tally: Tally): Promise<number> {
  const { seed, count, from = 0, limitMs = 5000, limitMb = 1024 } = options;
  const folder = mkdtempSync(join(tmpdir(), "leukogram-fuzz-"));
  const args = [
    "--max-old-space-size=512",
    "--import",
    "tsx",
    CHILD,
    reader,
    seed,
    `${first}`,
    `${from + count}`,
    join(folder, "file"),
  ];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  let [current, isDone, isLate, errors] = [first - 1, false, false, ""];
  const kill = () => {
    isLate = true;
    child.kill("SIGKILL");
  };
  // Before it begins it compiles, and reads each file whole.
  let timer: NodeJS.Timeout | undefined = setTimeout(kill, 60_000);
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  const fault = (what: string) => tally.faults.push({ mutation: current, what });
  for await (const text of linesOf(child.stdout.setEncoding("utf8"))) {
    const line = lineOf(text);
    clearTimeout(timer);
    if (line?.baseline !== undefined) tally.baselineMb = Math.max(tally.baselineMb, line.baseline / 1024);
    if (line?.begin !== undefined) {
      current = line.begin;
      timer = setTimeout(kill, 2 * limitMs);
    }
    if (line?.end !== undefined) {
      tallied(tally, line);
      if (line.fault !== undefined) fault(line.fault);
      else if (line.ms! > limitMs) fault(`took ${Math.round(line.ms!)} ms`);
      // Memory that was taken stays with the process: the next begins anew.
      if (line.rss! / 1024 > limitMb) {
        fault(`took the process to ${Math.round(line.rss! / 1024)} MB`);
        child.kill("SIGKILL");
        isDone = true;
      }
    }
    isDone ||= line?.done === true;
    if (line?.done) {
      current = from + count - 1;
      // What a damaged file left open must not keep it.
      child.kill("SIGKILL");
    }
  }
  clearTimeout(timer);
  rmSync(folder, { recursive: true, force: true });
  if (current < first) throw new Error(`${reader}: the process did not begin: ${errors}`);
  if (!isDone) {
    tally.mutations++;
    fault(isLate ? `hung for ${2 * limitMs} ms` : `ended the process: ${errors.slice(-600)}`);
  }
  return current + 1;
}

function tallied(tally: Tally, { code, ms, rss }: Line): void {
  tally.mutations++;
  tally.codes[code!] = (tally.codes[code!] ?? 0) + 1;
  tally.slowestMs = Math.max(tally.slowestMs, ms!);
  tally.peakMb = Math.max(tally.peakMb, rss! / 1024);
}

// What the reader itself prints is no line of ours.
function lineOf(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
