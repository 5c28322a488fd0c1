// Where the time of a job went: a table for people, and a trace for chrome://tracing or Perfetto.
import { performance } from "node:perf_hooks";
import { hearSpans, now, type Span } from "@leukogram/engine/core/spans";
import { textTable } from "./textTable.ts";

/** So many pieces of work are in a trace at most: more make files that viewers can't open. */
const MOST_EVENTS = 100_000;

/** The thread that the job runs in. */
const MAIN = "main thread";

/** A kind of work. */
export interface ProfileRow {
  readonly name: string;
  /** What it is a part of, as an operator is of a network's run; its time is then in that row too. */
  readonly within: string | undefined;
  readonly times: number;
  readonly seconds: number;
  /** Threads that it was done in. */
  readonly threads: number;
}

/** What a profile measured, as a whole. */
export interface ProfileSummary {
  /** On the clock. */
  readonly seconds: number;
  /** Of processors. */
  readonly cpuSeconds: number;
  /** Share of the time in which the main thread was busy, 0 to 1. */
  readonly mainThread: number;
  /** The longest first, each followed by its parts. */
  readonly rows: readonly ProfileRow[];
  /** Pieces of work that the trace leaves out. */
  readonly leftOut: number;
}

/**
 * Measures the jobs that run until it is stopped.
 *
 * @example
 * const profile = new Profile();
 * await predictJob({ images: ["cells/"], onCell });
 * console.log(profileTable(profile.stop()));
 * await writeFile("trace.json", profile.trace());
 */
export class Profile {
  readonly #began = now();
  readonly #cpu = process.cpuUsage();
  readonly #loop = performance.eventLoopUtilization();
  readonly #stopHearing: () => void;
  readonly #events: Span[] = [];
  readonly #kinds = new Map<string, { span: Span; times: number; milliseconds: number; threads: Set<string> }>();
  #count = 0;

  constructor() {
    this.#stopHearing = hearSpans((span) => this.#add(span));
  }

  #add(span: Span): void {
    this.#count++;
    if (this.#events.length < MOST_EVENTS) this.#events.push(span);
    const key = `${span.within ?? ""}\n${span.name}`;
    const kind = this.#kinds.get(key) ?? { span, times: 0, milliseconds: 0, threads: new Set() };
    this.#kinds.set(key, kind);
    kind.times++;
    kind.milliseconds += span.milliseconds;
    kind.threads.add(span.thread ?? MAIN);
  }

  /** Ends the measurement. */
  stop(): ProfileSummary {
    this.#stopHearing();
    const { user, system } = process.cpuUsage(this.#cpu);
    const kinds = [...this.#kinds.values()].map(
      ({ span: { name, within }, times, milliseconds, threads }): ProfileRow => ({
        ...{ name, within, times, threads: threads.size, seconds: milliseconds / 1000 },
      }),
    );
    const longest = (rows: ProfileRow[]) => rows.sort((a, b) => b.seconds - a.seconds);
    const rows = longest(kinds.filter(({ within }) => within === undefined)).flatMap((row) => [
      row,
      ...longest(kinds.filter(({ within }) => within === row.name)),
    ]);
    return {
      seconds: (now() - this.#began) / 1000,
      cpuSeconds: (user + system) / 1e6,
      mainThread: performance.eventLoopUtilization(this.#loop).utilization,
      rows,
      leftOut: this.#count - this.#events.length,
    };
  }

  /** The pieces of work as Chrome's trace events, JSON. What overlaps in one thread is shown in rows of its own. */
  trace(): string {
    const rows = new Map<string, number>();
    const rowOf = (name: string) => rows.get(name) ?? rows.set(name, rows.size + 1).get(name)!;
    const open = new Map<string, number[][]>();
    const events = [...this.#events]
      .sort((a, b) => a.start - b.start || b.milliseconds - a.milliseconds)
      .map(({ name, within, thread = MAIN, start, milliseconds }) => {
        const lanes = open.get(thread) ?? open.set(thread, []).get(thread)!;
        const lane = laneFor(lanes, start, start + milliseconds);
        const tid = rowOf(lane === 0 ? thread : `${thread}, ${lane + 1}`);
        const [ts, dur] = [1000 * (start - this.#began), 1000 * milliseconds];
        return { ...{ name, cat: within ?? name, ph: "X", ts, dur, pid: 1, tid } };
      });
    const names = [...rows].map(([name, tid]) => ({ name: "thread_name", ph: "M", pid: 1, tid, args: { name } }));
    return `${JSON.stringify({ displayTimeUnit: "ms", traceEvents: [...names, ...events] })}\n`;
  }
}

// The first lane in which a piece of work begins after the others or lies within the last that is open; each lane holds their ends.
function laneFor(lanes: number[][], start: number, end: number): number {
  for (const [i, ends] of lanes.entries()) {
    while (ends.length > 0 && ends.at(-1)! <= start) ends.pop();
    if (ends.length > 0 && ends.at(-1)! < end) continue;
    ends.push(end);
    return i;
  }
  lanes.push([end]);
  return lanes.length - 1;
}

/** The table for people. */
export function profileTable({ seconds, cpuSeconds, mainThread, rows, leftOut }: ProfileSummary): string {
  const header = ["Work", "times", "seconds", "ms each", "threads", "of the clock, %"];
  const lines = rows.map(({ name, within, times, threads, ...row }) => [
    `${within === undefined ? "" : "  "}${name}`,
    String(times),
    row.seconds.toFixed(2),
    ((1000 * row.seconds) / times).toFixed(2),
    String(threads),
    ((100 * row.seconds) / seconds).toFixed(1),
  ]);
  return [
    `Time: ${seconds.toFixed(2)} s on the clock, ${cpuSeconds.toFixed(2)} s of processors; the main thread was busy for ${(100 * mainThread).toFixed(0)} % of it.`,
    textTable([header, ...lines]),
    "Work in several threads, or several pieces of it at once, adds up to more than the clock. Indented: operators of the row above.",
    ...(leftOut > 0 ? [`The trace leaves out ${leftOut} pieces of work after the first ${MOST_EVENTS}.`] : []),
  ].join("\n");
}
