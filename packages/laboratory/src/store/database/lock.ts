import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Milliseconds after which a lock of another machine, which is touched all the time, counts as left behind. */
const STALE = 30_000;

/**
 * Takes a folder for this process, until it is given back or the process ends, by whatever.
 *
 * @returns gives it back.
 * @throws ERR_CONFLICT if another process has it.
 */
export function lockFolder(folder: string, now: () => Date): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "lock");
  const mine = `${hostname()} ${process.pid} ${startOf(process.pid) ?? ""}`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    while (!take(draft, path)) {
      const theirs = read(path);
      if (theirs !== undefined && isHeld(theirs, path, now()))
        throw new LeukogramError("ERR_CONFLICT", `${folder}: in use by another process (${theirs})`, {
          hint: "Stop that process, or choose another folder with --data. A running server is backed up with leukogram backup --server.",
        });
      // Moved and not removed: whoever took it meanwhile is seen, and gets it back.
      const left = `${path}.left.${process.pid}`;
      if (theirs === undefined || !move(path, left)) continue;
      if (read(left) !== theirs) take(left, path);
      rmSync(left, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const touch = setInterval(() => utimesSync(path, now(), now()), STALE / 6).unref();
  return () => {
    clearInterval(touch);
    if (read(path) === mine) rmSync(path, { force: true });
  };
}

function isHeld(text: string, path: string, now: Date): boolean {
  const [host, pid, start] = text.split(" ");
  if (host !== hostname()) return now.getTime() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < STALE;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // Numbers of processes come again.
  return (startOf(Number(pid)) ?? "") === start;
}

/** When a process started, in the system's ticks; undefined if the system does not say. */
function startOf(pid: number): string | undefined {
  return read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /, "")
    .split(" ")[19];
}

const take = (from: string, to: string) => succeeds(() => linkSync(from, to));
const move = (from: string, to: string) => succeeds(() => renameSync(from, to));

function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (["EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
