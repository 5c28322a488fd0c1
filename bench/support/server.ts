// A server with a data folder of its own, started as its users start it, for benches that ask it from outside.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The program. */
export const BIN = fileURLToPath(new URL("../../packages/leukogram/bin/leukogram.js", import.meta.url));

/** A server that answers. */
export interface Server {
  readonly child: ChildProcess;
  readonly address: string;
  /** Ends it, and removes what it kept. */
  readonly close: () => Promise<void>;
}

/** Starts one that classifies new cases by this model. @param more arguments of `serve` */
export async function startServer(model: string, more: readonly string[] = []): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), "leukogram-bench-"));
  const line = ["serve", "--data", data, "--port", "0", "--model", model, "--quiet", "--json", ...more];
  const child = spawn(process.execPath, [BIN, ...line], { stdio: ["ignore", "pipe", "inherit"] });
  const close = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(data, { recursive: true, force: true });
  };
  for await (const told of createInterface({ input: child.stdout })) return { child, close, ...JSON.parse(told) };
  throw new Error("the server did not start");
}

/** Numbers of the processes that a process started. */
export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);

/** Megabytes that a process holds. */
export const heldBy = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
