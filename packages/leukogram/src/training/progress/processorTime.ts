// On a machine that does other work too, seconds on the clock say more of that work than of the program's own.
import type { EpochRow } from "../history.ts";

/** Seconds of processor time that this process has used, all its threads together. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** How long something took, seconds. */
export interface TimeTaken {
  readonly seconds: number;
  /** Of processor time; undefined if it was not measured, as in runs of older versions. */
  readonly cpuSeconds: number | undefined;
}

/** Starts a watch, which gives the time taken since. */
export function startWatch(): () => TimeTaken {
  const [started, cpuStarted] = [performance.now(), processorSeconds()];
  return () => ({
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: processorSeconds() - cpuStarted,
  });
}

/** The time of all epochs of a run; undefined if it has none. */
export function trainingTime(history: readonly EpochRow[]): TimeTaken | undefined {
  if (history.length === 0) return undefined;
  return {
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    cpuSeconds: history.reduce<number | undefined>(
      (sum, { cpuSeconds }) => (sum === undefined || cpuSeconds === undefined ? undefined : sum + cpuSeconds),
      0,
    ),
  };
}
