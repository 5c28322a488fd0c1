// Whatever takes part in a race: each kind gives one measurement when it is asked.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";

/** What one turn took. */
export interface Turn {
  /** Milliseconds on the clock, or those that the contender measured itself. */
  readonly milliseconds: number;
  /** Milliseconds of processors, of all processes; undefined where only the contender's own clock is known. */
  readonly cpu?: number | undefined;
  /** Megabytes held at most; undefined where the system does not tell. */
  readonly peak?: number | undefined;
}

/** One side of a race. */
export interface Contender {
  readonly name: string;
  /** Gets ready; throws if it can't take part here. */
  readonly start?: () => Promise<void>;
  readonly turn: () => Promise<Turn>;
  readonly close?: () => Promise<void>;
}

/** A command line, and where it runs. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

const started = ({ words: [program, ...args], cwd, env }: CommandLine) =>
  spawn(program!, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });

function peakOf(pid: number): number | undefined {
  try {
    const held = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return held === undefined ? undefined : Number(held) / 1024;
  } catch {
    return undefined;
  }
}

/** The end of what a process wrote, for messages. */
function tailOf(stream: NodeJS.ReadableStream): () => string {
  let tail = "";
  stream.on("data", (chunk) => {
    tail = (tail + chunk).slice(-400);
  });
  return () => tail.trim().split("\n").at(-1) ?? "";
}

/** A worker of the races' protocol: `ready`, then two times in milliseconds for each line. Times are the faster of the two. */
export function stepWorker(name: string, line: CommandLine): Contender {
  let child: ChildProcess | undefined;
  let lines: AsyncIterator<string> | undefined;
  let reader: Interface | undefined;
  return {
    name,
    async start() {
      child = started(line);
      child.on("error", () => {}); // told by the missing "ready"
      const tail = tailOf(child.stderr!);
      reader = createInterface({ input: child.stdout! });
      lines = reader[Symbol.asyncIterator]();
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`${name} did not start: ${tail()}`);
        if (value.startsWith("ready")) return;
      }
    },
    async turn() {
      child!.stdin!.write("\n");
      const { value, done } = await lines!.next();
      const times = done ? [] : value.split(" ").map(Number);
      if (times.length === 0 || !times.every((time: number) => time > 0)) throw new Error(`${name} stopped`);
      return { milliseconds: Math.min(...times), peak: peakOf(child!.pid!) };
    },
    async close() {
      reader?.close();
      child?.stdin?.end();
      if (child?.exitCode === null) await once(child, "exit");
    },
  };
}

/**
 * A command from its start to its end.
 *
 * @param ownTime finds the milliseconds that count in what it printed; default: all of it, on the clock.
 */
export function wholeCommand(
  name: string,
  line: CommandLine,
  ownTime?: (stdout: string) => number | undefined,
): Contender {
  return {
    name,
    async turn() {
      const timed = ["bash", "-c", 'TIMEFORMAT="%R %U %S"; time "$@" 2>/dev/null', "bash", ...line.words];
      const child = started({ ...line, words: timed });
      child.stdin!.end();
      const tail = tailOf(child.stderr!);
      let stdout = "";
      child.stdout!.on("data", (chunk) => {
        stdout = (stdout + chunk).slice(-4000);
      });
      let peak: number | undefined;
      const watch = setInterval(() => {
        for (const pid of childrenOf(child.pid!)) peak = Math.max(peak ?? 0, peakOf(pid) ?? 0);
      }, 50);
      const [code] = await once(child, "close");
      clearInterval(watch);
      if (code !== 0) throw new Error(`${name} ended with code ${code}: ${line.words.join(" ")}`);
      const [real, user, system] = tail()
        .split(" ")
        .map((seconds) => 1000 * Number(seconds));
      const own = ownTime?.(stdout);
      if (ownTime !== undefined && own === undefined) throw new Error(`${name} printed no time`);
      return { milliseconds: own ?? real!, cpu: user! + system!, peak };
    },
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A server from its start until it answers, processor time as its user sees it in a list of processes. */
export function untilReady(name: string, line: () => CommandLine, onEnd: () => void): Contender {
  return {
    name,
    async turn() {
      const began = performance.now();
      const child = started(line());
      const tail = tailOf(child.stderr!);
      const reader = createInterface({ input: child.stdout! });
      const { done } = await reader[Symbol.asyncIterator]().next();
      if (done) throw new Error(`${name} did not start: ${tail()}`);
      const milliseconds = performance.now() - began;
      const cpu = cpuOf(child.pid!);
      const peak = peakOf(child.pid!);
      child.kill("SIGTERM");
      await once(child, "exit");
      onEnd();
      return { milliseconds, cpu, peak };
    },
  };
}

// Of a process and those that it started, in ticks of 10 ms.
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    const own = fields.slice(11, 15).reduce((sum, ticks) => sum + 10 * Number(ticks), 0);
    return childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), own);
  } catch {
    return 0;
  }
}
