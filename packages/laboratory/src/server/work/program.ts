// Programs that outlive the server: started apart from it, known again by their number and when they began.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** A process that runs, or ran: numbers are given out again, so that its beginning belongs to it. */
export interface ProcessId {
  readonly pid: number;
  /** When it began, in whatever way the system tells that. */
  readonly start: string;
}

/** How `leukogram` is started: node and its arguments. */
export function leukogramCommand(): readonly string[] {
  const manifest = createRequire(import.meta.url).resolve("leukogram/package.json");
  return [join(dirname(manifest), "bin/leukogram.js")];
}

/** What {@link startProgram} takes beside the arguments. */
export interface StartOptions {
  /** Where what it prints goes: stdout and stderr. */
  readonly output: string;
  readonly errors: string;
  /** Arguments of node; default: {@link leukogramCommand}. */
  readonly command?: readonly string[];
}

/**
 * Starts `leukogram` apart from this process: it goes on when this one ends.
 *
 * @throws ERR_RUNTIME if it can't be started.
 */
export async function startProgram(
  args: readonly string[],
  { output, errors, command = leukogramCommand() }: StartOptions,
): Promise<ProcessId> {
  const files = [openSync(output, "w"), openSync(errors, "w")] as const;
  try {
    const child = spawn(process.execPath, [...command, ...args], { detached: true, stdio: ["ignore", ...files] });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.on("error", () => {}); // a signal that could not be sent: whoever sent it looks whether it lives
    child.unref();
    const pid = child.pid!;
    return { pid, start: startOf(pid) ?? "" };
  } catch (cause) {
    throw new LeukogramError("ERR_RUNTIME", `leukogram can't be started: ${(cause as Error).message}`, { cause });
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Whether that very process is still there. */
export function isAlive({ pid, start }: ProcessId): boolean {
  return start !== "" && startOf(pid) === start;
}

/** How often a process is looked at that should end, milliseconds. */
const LOOK = 100;

/** Options of {@link stopProgram}. */
export interface StopOptions {
  /** Milliseconds that it has to end by itself. */
  readonly graceMs: number;
  /** Ends the waiting; the process has been asked by then. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks a process to stop after its step, and ends it where it has not after `graceMs`. */
export async function stopProgram(id: ProcessId, { graceMs, signal }: StopOptions): Promise<void> {
  send(id.pid, "SIGINT", id);
  try {
    for (let waited = 0; waited < graceMs && isAlive(id); waited += LOOK) await sleep(LOOK, undefined, { signal });
    // With all that it started: it leads a group of its own.
    send(-id.pid, "SIGKILL", id);
    while (isAlive(id)) await sleep(LOOK, undefined, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

function send(pid: number, name: NodeJS.Signals, id: ProcessId): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it ended meanwhile
  }
}

/** When a process began; undefined if there is none, or where it ended and nobody has asked how. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    // The name in parentheses may hold anything; behind it stand the state and, 20th, the beginning in ticks.
    const fields = read(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, "")
      .split(" ");
    return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
  }
  if (process.platform === "win32") return exists(pid) ? "known" : undefined;
  try {
    const told = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return told === "" || told.startsWith("Z") ? undefined : told.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
