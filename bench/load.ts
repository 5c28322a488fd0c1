/**
 * Many readers at a time: each makes a case, uploads its share of the images in parts as the web app does, and meanwhile looks and labels with
 * a pause of half a second to one and a half between its calls, and signs it. Prints how long calls took, what the server held, and whether
 * all that was sent is there once. With "interfaces" results go out by HL7, events by a webhook, and a folder is watched into which files of one
 * more case come; each result and each event must have come.
 *
 *   npx tsx bench/load.ts FOLDER [IMAGES] [CLIENTS] [MODEL] [interfaces]
 */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { walkImages } from "leukogram/data/folders/walk";
import { startReceiver } from "../tests/support/hl7.ts";
import { childrenOf, heldBy, startServer } from "./support/server.ts";

const [folder, images = "10000", clients = "50", model = "cnn-anylab", more] = process.argv.slice(2);
if (folder === undefined || (more !== undefined && more !== "interfaces"))
  throw new Error("usage: npx tsx bench/load.ts FOLDER [IMAGES] [CLIENTS] [MODEL] [interfaces]");
/** Files of an upload, as the web app sends them. */
const PART = 16;
const LABELS = ["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil", "Unidentified"];
const all = walkImages(folder);
const share = Math.floor(Number(images) / Number(clients));

const watched = more && mkdtempSync(join(tmpdir(), "leukogram-watched-"));
const server = await startServer(model, watched === undefined ? [] : ["--watch", watched]);
const api = `${server.address}/api/v1`;

/** Milliseconds of calls by what they did. */
const took = new Map<string, number[]>();

async function call(kind: string, path: string, body?: string | FormData) {
  const headers = {
    "idempotency-key": randomUUID(),
    ...(typeof body === "string" && { "content-type": "application/json" }),
  };
  const began = performance.now();
  const method = kind === "settings" ? "PUT" : "POST";
  const response = await fetch(`${api}/${path}`, body === undefined ? {} : { method, body, headers });
  const bytes = await response.arrayBuffer();
  const times = took.get(kind) ?? [];
  times.push(performance.now() - began);
  took.set(kind, times);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${Buffer.from(bytes)}`);
  return response.headers.get("content-type")?.includes("json") ? JSON.parse(Buffer.from(bytes).toString()) : undefined;
}

const pause = () => sleep(500 + 1000 * Math.random());

/** One reader, until all its cells are classified. @returns the case, and what it labelled. */
async function reader(number: number) {
  const { id } = await call("change", "cases", JSON.stringify({ name: `reader ${number}` }));
  const labelled = new Map<string, string>();
  let waiting = 1;
  let cells: { id: string }[] = [];
  for (let sent = 0, turn = 0; sent < share || waiting > 0; turn++) {
    if (sent < share && turn % 4 === 0) {
      const form = new FormData();
      for (let i = 0; i < PART && sent < share; i++, sent++) {
        const path = all[(number * share + sent) % all.length]!;
        form.append("files", new Blob([readFileSync(path)]), `${sent}-${basename(path)}`);
      }
      await call("upload", `cases/${id}/images`, form);
      ({ cells } = await call("cells", `cases/${id}/cells?limit=${share}`));
    }
    await pause();
    ({ waiting } = await call("case", `cases/${id}`));
    const cell = cells[Math.floor(Math.random() * cells.length)]!;
    await pause();
    await call("thumbnail", `cells/${cell.id}/thumbnail`);
    await call("differential", `cases/${id}/differential`);
    const label = LABELS[Math.floor(Math.random() * LABELS.length)]!;
    await pause();
    await call("label", `cases/${id}/labels`, JSON.stringify({ changes: [{ cell: cell.id, label }] }));
    labelled.set(cell.id, label);
  }
  await call("sign", `cases/${id}/sign`, JSON.stringify({ meaning: "seen", despite: "a bench" }));
  return { id, labelled };
}

/** What came over the interfaces. */
const came = { results: 0, events: 0 };
const hook = createServer((request, response) => {
  request.resume().on("end", () => {
    came.events++;
    response.writeHead(204).end();
  });
});
const receiver = more === undefined ? undefined : await startReceiver();
const WATCHED = 20;

async function connect(port: number): Promise<void> {
  await once(hook.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const { listening: _, warnings: __, hasSecrets: ___, ...now } = await call("check", "connections");
  const results = { ...now.results, isOn: true, host: "127.0.0.1", port };
  const secrets = { webhook: `whsec_${randomBytes(24).toString("base64")}` };
  await call(
    "settings",
    "connections",
    JSON.stringify({ ...now, results, webhook: { ...now.webhook, isOn: true, url }, secrets }),
  );
  await call("change", "cases", JSON.stringify({ name: "watched" }));
}

async function feed(place: string): Promise<void> {
  for (let i = 0; i < WATCHED; i++) {
    await pause();
    const path = all[i]!;
    const name = join(place, `watched_${i}${extname(path)}`);
    copyFileSync(path, `${name}.part`);
    renameSync(`${name}.part`, name);
  }
}

/** Waits until as many came as were to come. */
async function allCame(): Promise<void> {
  for (let tries = 0; ; tries++) {
    came.results = receiver!.kept.size;
    const { cases } = await call("check", "cases?name=watched");
    const found = { ...came, files: Number(cases[0]?.cells) };
    const isAll = found.results === Number(clients) && found.events >= 2 * Number(clients) && found.files === WATCHED;
    if (isAll) return;
    if (tries > 300) throw new Error(`came: ${JSON.stringify(found)}`);
    await sleep(200);
  }
}

try {
  if (receiver !== undefined) await connect(receiver.port);
  const feeding = watched === undefined ? undefined : feed(watched);
  const began = performance.now();
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const memory: string[] = [];
  const watch = setInterval(() => {
    const parts = [server.child.pid!, ...childrenOf(server.child.pid!)].map((pid) => heldBy(pid).toFixed(0));
    memory.push(`${((performance.now() - began) / 1000).toFixed(0)} s: ${parts.join(" + ")}`);
  }, 30_000);
  const readers = await Promise.all(
    Array.from({ length: Number(clients) }, async (_, number) => {
      await sleep(100 * number);
      return reader(number);
    }),
  );
  clearInterval(watch);
  await feeding;
  const seconds = (performance.now() - began) / 1000;
  let found = 0;
  for (const { id, labelled } of readers) {
    const { cells } = await call("check", `cases/${id}/cells?limit=${share}`);
    const names = new Set(cells.map(({ file }: { file: string }) => file));
    if (cells.length !== share || names.size !== share)
      throw new Error(`case ${id}: ${cells.length} cells, ${names.size} names`);
    for (const cell of cells) {
      if (cell.status !== "classified") throw new Error(`cell ${cell.id} is ${cell.status}`);
      if (cell.label !== (labelled.get(cell.id) ?? null)) throw new Error(`cell ${cell.id}: its label is another`);
    }
    found += cells.length;
  }
  if (receiver !== undefined) await allCame();
  const trail = await call("check", "trail/verify");
  console.log(
    `${found} cells of ${clients} readers in ${seconds.toFixed(0)} s, each there once, labels as given; trail whole: ${trail.isWhole}, ${trail.events} events`,
  );
  for (const [kind, times] of took) {
    times.sort((a, b) => a - b);
    const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))]!.toFixed(0);
    console.log(
      `${kind}: ${times.length} calls, median ${at(0.5)} ms, 99 of 100 below ${at(0.99)} ms, longest ${at(1)} ms`,
    );
  }
  console.log(
    `of that this client's own: 99 of 100 of its turns came less than ${(lag.percentile(99) / 1e6).toFixed(0)} ms late`,
  );
  console.log(`megabytes of the server and of its programs: ${memory.join("; ")}`);
  if (more !== undefined)
    console.log(`over the interfaces came ${came.results} results and ${came.events} events, and ${WATCHED} files`);
} finally {
  await server.close();
  await receiver?.close();
  hook.close();
  if (watched !== undefined) rmSync(watched, { recursive: true });
}
