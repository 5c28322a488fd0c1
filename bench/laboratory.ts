/**
 * Images a second of the server and of `leukogram predict`, in turns on the same images, and how long others wait
 * meanwhile. Starting up is left out: rates are between the first answers and the last. Calls of others are
 * timed in a round of their own.
 *
 *   npx tsx bench/laboratory.ts FOLDER [MODEL] [PAIRS] [IMAGES]
 *
 * Prints a line a pair, then medians: this kind of machine is noisy, so ratios count and absolute times do not.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { walkImages } from "leukogram/data/folders/walk";
import { BIN, childrenOf, heldBy, type Server, startServer } from "./support/server.ts";

const [folder, model = "mobilenetv2-anylab", pairs = "3", images = "400"] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: npx tsx bench/laboratory.ts FOLDER [MODEL] [PAIRS] [IMAGES]");
const all = walkImages(folder);
const files = Array.from({ length: Number(images) }, (_, i) => all[Math.floor((i * all.length) / Number(images))]!);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/** What the same images cost. */
interface Cost {
  /** Images a second. */
  readonly rate: number;
  /** Milliseconds of computing an image, of all threads and processes: what else the machine does matters less to it. */
  readonly work: number;
}

/** What images cost `predict`, from its first batch on. It is as nice as the server's models are. */
async function predictCost(): Promise<Cost> {
  const child = spawn(process.execPath, [BIN, "predict", "--model", model, "--json", "--quiet", ...files]);
  setPriority(child.pid!, 5);
  const times: number[] = [];
  let works: number[] = [];
  for await (const _ of createInterface({ input: child.stdout })) {
    const now = performance.now();
    // Lines come in bursts, a batch each.
    works.push(times.length > 0 && now - times.at(-1)! < 20 ? works.at(-1)! : workOf(child.pid!));
    times.push(now);
  }
  const first = times.findIndex((time, i) => i > 0 && time - times[i - 1]! > 20);
  const count = times.length - first;
  works = works.filter((work) => !Number.isNaN(work));
  return {
    rate: (count / (times.at(-1)! - times[first - 1]!)) * 1000,
    work: (works.at(-1)! - works[first - 1]!) / count,
  };
}

/** Milliseconds that a process and those that it started have computed; NaN where the system does not tell. */
function workOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const own = (Number(fields[11]) + Number(fields[12])) * 10;
    return childrenOf(pid).reduce((sum, child) => sum + workOf(child), own);
  } catch {
    return Number.NaN;
  }
}

async function ask<T>(url: string, body?: string | FormData): Promise<T> {
  const headers = {
    "idempotency-key": randomUUID(),
    ...(typeof body === "string" && { "content-type": "application/json" }),
  };
  const response = await fetch(url, body === undefined ? {} : { method: "POST", body, headers });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Milliseconds of one of the things that others ask. */
async function timed(turn: number, { api, id }: { readonly api: string; readonly id: string }): Promise<number> {
  const paths = [`cases/${id}`, `cases/${id}/cells?limit=200`, "cases", `cases/${id}/differential`];
  const began = performance.now();
  await ask(`${api}/${paths[turn % paths.length]}`);
  return performance.now() - began;
}

/** What images cost the server, from its first batch on, and milliseconds of what others ask meanwhile. */
async function serverCost(
  { address, child }: Server,
  { isAsked }: { readonly isAsked: boolean },
): Promise<Cost & { readonly waits: number[] }> {
  const api = `${address}/api/v1`;
  const { id } = await ask<{ id: string }>(`${api}/cases`, JSON.stringify({ name: "bench" }));
  const form = new FormData();
  for (const [i, file] of files.entries())
    form.append("files", new Blob([readFileSync(file)]), `${i}-${basename(file)}`);
  await ask(`${api}/cases/${id}/images`, form);
  const waits: number[] = [];
  let first: { readonly waiting: number; readonly work: number } | undefined;
  for (let turn = 0; ; turn++) {
    if (isAsked) waits.push(await timed(turn, { api, id }));
    const { waiting } = await ask<{ waiting: number }>(`${api}/cases/${id}`);
    if (first === undefined && waiting < files.length) first = { waiting, work: workOf(child.pid!) };
    if (waiting === 0) {
      const work = (workOf(child.pid!) - first!.work) / first!.waiting;
      return { rate: await rateOf(api, id), work, waits };
    }
    await sleep(isAsked ? 40 : 400);
  }
}

/** Images a second by the trail, which says of each batch when it was answered; those before all were uploaded do not count. */
async function rateOf(api: string, id: string): Promise<number> {
  const { events } = await ask<{
    events: { kind: string; at: string; content: { cells: unknown[]; bad: unknown[] } }[];
  }>(`${api}/trail?case=${id}&limit=1000`);
  const since = events.findLastIndex(({ kind }) => kind === "cells.added");
  const batches = events.slice(Math.max(since, 0)).filter(({ kind }) => kind === "cells.classified");
  const count = batches.slice(1).reduce((sum, { content }) => sum + content.cells.length + content.bad.length, 0);
  return (count / (Date.parse(batches.at(-1)!.at) - Date.parse(batches[0]!.at))) * 1000;
}

/** Megabytes that a process and those that it started hold. */
function memory(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + memory(child), heldBy(pid));
}

const server = await startServer(model);
try {
  await serverCost(server, { isAsked: false }); // warms up
  const ratios: number[] = [];
  const works: number[] = [];
  for (let pair = 0; pair < Number(pairs); pair++) {
    const predict = await predictCost();
    const served = await serverCost(server, { isAsked: false });
    ratios.push(served.rate / predict.rate);
    works.push(predict.work / served.work);
    const held = process.platform === "linux" ? `, ${memory(server.child.pid!).toFixed(0)} MB` : "";
    console.log(
      `pair ${pair + 1}: predict ${predict.rate.toFixed(2)}, server ${served.rate.toFixed(2)} images/s, ratio ${ratios.at(-1)!.toFixed(2)}; computing ${predict.work.toFixed(0)} and ${served.work.toFixed(0)} ms an image, ratio ${works.at(-1)!.toFixed(2)}${held}`,
    );
  }
  const { waits } = await serverCost(server, { isAsked: true });
  console.log(
    `${model}, ${files.length} images: ratio ${median(ratios).toFixed(2)}, by computing ${median(works).toFixed(2)} (medians of ${ratios.length}); other calls ${at(waits, 0.5).toFixed(0)} ms, 99 of 100 below ${at(waits, 0.99).toFixed(0)} ms, longest ${at(waits, 1).toFixed(0)} ms (${waits.length})`,
  );
} finally {
  await server.close();
}
