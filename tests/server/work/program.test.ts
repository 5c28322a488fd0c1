import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessId, startProgram, stopProgram } from "@leukogram/laboratory/server/work/program";
import { afterAll, expect, test } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "leukogram-program-"));
const started: ProcessId[] = [];
afterAll(async () => {
  for (const id of started) await stopProgram(id, { graceMs: 0 });
  rmSync(dir, { recursive: true, force: true });
});

async function start(script: string): Promise<ProcessId> {
  const files = { output: join(dir, "out.txt"), errors: join(dir, "err.txt") };
  const id = await startProgram([], { ...files, command: ["-e", script] });
  started.push(id);
  return id;
}

const until = async (holds: () => boolean) => {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(25);
  expect(holds()).toBe(true);
};

test("a program is known by its number and its beginning, and what it prints is kept", async () => {
  const id = await start("console.log('said'); console.error('warned')");
  await until(() => !isAlive(id));
  expect([readFileSync(join(dir, "out.txt"), "utf8"), readFileSync(join(dir, "err.txt"), "utf8")]).toEqual([
    "said\n",
    "warned\n",
  ]);
  expect(isAlive({ pid: process.pid, start: "other" })).toBe(false);
  expect(isAlive({ pid: process.pid, start: "" })).toBe(false);
});

test("one that can't be started says why", async () => {
  const files = { output: join(dir, "out.txt"), errors: join(dir, "err.txt") };
  await expect(startProgram(["x".repeat(4e6)], files)).rejects.toThrow(
    "ERR_RUNTIME leukogram can't be started: spawn E2BIG",
  );
});

test("one that is asked to stop ends by itself; one that does not is ended", async () => {
  const kind = await start(
    "process.on('SIGINT', () => process.exit(0)); console.log('up'); setInterval(() => {}, 1e3)",
  );
  await until(() => readFileSync(join(dir, "out.txt"), "utf8") === "up\n");
  await stopProgram(kind, { graceMs: 30_000 });
  expect(isAlive(kind)).toBe(false);
  const deaf = await start("process.on('SIGINT', () => {}); console.log('up'); setInterval(() => {}, 1e3)");
  await until(() => readFileSync(join(dir, "out.txt"), "utf8") === "up\n");
  await stopProgram(deaf, { graceMs: 300 });
  expect(isAlive(deaf)).toBe(false);
  await stopProgram(deaf, { graceMs: 300 });
});
