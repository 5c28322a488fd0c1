// A server that is killed again and again while pictures are written into the folder that it watches; and what must hold after.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { picture } from "../pictures.ts";
import { KilledServer, pause, type ServerPlace } from "./killedServer.ts";

/** How to go about it. */
export interface KillWatchOptions extends ServerPlace {
  readonly pictures: number;
  /** The folder that is watched. */
  readonly watched: string;
  readonly seed?: number;
  /** Milliseconds that a server lives at most after its start: longer than files must stay the same before they are taken. */
  readonly life?: number;
}

/** What was done, and what does not hold of it: nothing, one hopes. */
export interface KillWatchOutcome {
  readonly pictures: number;
  readonly kills: number;
  /** Pictures by the way that they were written. */
  readonly ways: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

const PER_CASE = 10;
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Writes pictures into a watched folder while the server is killed, and looks whether each is in its case once. */
export async function killWatch(options: KillWatchOptions): Promise<KillWatchOutcome> {
  const { pictures, watched, seed = 0, life = 8000, ...place } = options;
  const rng = new Rng(seed);
  mkdirSync(watched, { recursive: true });
  const server = new KilledServer({ ...place, more: ["--watch", watched] });
  await server.start();
  const cases = Array.from({ length: Math.ceil(pictures / PER_CASE) }, (_, i) => `W-${i}`);
  const drops = await Promise.all(
    Array.from({ length: pictures }, async (_, i): Promise<Drop> => {
      const name = cases[i % cases.length]!;
      const bytes = [await picture(2 * i + 10_000 * seed, 32), await picture(2 * i + 1 + 10_000 * seed, 32)] as const;
      return { name, number: i, bytes, way: WAYS[rng.integer(WAYS.length)]!, rng: rng.fork(`drop ${i}`) };
    }),
  );
  const ids = new Map<string, string>();
  const makeCases = async () => {
    for (const name of cases) {
      // Some come after their pictures.
      await pause(rng.integer(400));
      ids.set(name, (await server.send("POST cases", { name })).id);
    }
  };
  const writeAll = async () => {
    const writing: Promise<void>[] = [];
    for (const drop of drops) {
      await pause(rng.integer(200));
      writing.push(write(watched, drop));
    }
    await Promise.all(writing);
  };
  // An emptied folder stays if the server is killed before it removes it.
  const isTaken = () => {
    try {
      return filesIn(watched).every((path) => /^(taken|rejected)\b/.test(relative(watched, path)));
    } catch {
      return false; // a folder went while it was listed
    }
  };
  await server.killWhile(
    async () => {
      await Promise.all([makeCases(), writeAll()]);
      while (!isTaken()) await pause(100);
    },
    { rng, life },
  );
  const faults = await check(server, { ids, drops, watched });
  await server.end();
  const ways: Record<string, number> = {};
  for (const { way } of drops) ways[way] = (ways[way] ?? 0) + 1;
  return { pictures, kills: server.kills, ways, faults };
}

/** How programs write: under another name first; piece by piece; into a folder; and another picture in the place of one, whether it is taken or not. */
const WAYS = ["renamed", "in pieces", "in a folder", "replaced"] as const;

interface Drop {
  readonly name: string;
  readonly number: number;
  /** The second is that which replaces the first. */
  readonly bytes: readonly [Buffer, Buffer];
  readonly way: (typeof WAYS)[number];
  readonly rng: Rng;
}

async function write(watched: string, { name, number, bytes, way, rng }: Drop): Promise<void> {
  const path = join(watched, way === "in a folder" ? `${name}/deep/${number}.png` : `${name}_${number}.png`);
  if (way === "renamed" || way === "replaced") put(path, bytes[0]);
  if (way === "replaced") {
    // About when it is taken: after two seconds of rest, or up to two more.
    await pause(1500 + rng.integer(3000));
    put(path, bytes[1]);
  }
  if (way === "in pieces" || way === "in a folder") {
    const third = Math.ceil(bytes[0].length / 3);
    for (let at = 0; at < bytes[0].length; at += third) {
      if (at > 0) await pause(rng.integer(1200));
      append(path, bytes[0].subarray(at, at + third));
    }
  }
}

function put(path: string, bytes: Buffer): void {
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
}

// The server removes folders that it has emptied.
function append(path: string, bytes: Buffer): void {
  for (;;)
    try {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, bytes);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
}

interface Done {
  readonly ids: ReadonlyMap<string, string>;
  readonly drops: readonly Drop[];
  readonly watched: string;
}

async function check(server: KilledServer, { ids, drops, watched }: Done): Promise<string[]> {
  const faults: string[] = [];
  const taken = new Set(filesIn(join(watched, "taken")).map((path) => hashOf(readFileSync(path))));
  for (const path of filesIn(join(watched, "rejected"))) faults.push(`${path} is rejected`);
  const address = await server.address;
  for (const [name, id] of ids) {
    const own = drops.filter((drop) => drop.name === name);
    // A picture that was replaced before it was taken was never there.
    const due = new Set(own.map(({ bytes, way }) => hashOf(bytes[way === "replaced" ? 1 : 0])));
    const allowed = new Set([...due, ...own.map(({ bytes }) => hashOf(bytes[0]))]);
    const { cells } = (await server.send(`GET cases/${id}/cells?limit=5000`)) as {
      cells: { id: string; file: string; sha256: string }[];
    };
    const seen = new Set(cells.map(({ sha256 }) => sha256));
    if (seen.size !== cells.length) faults.push(`${name}: ${cells.length} cells of ${seen.size} pictures`);
    for (const { bytes, way, number } of own) {
      const hash = hashOf(bytes[way === "replaced" ? 1 : 0]);
      if (!seen.has(hash)) faults.push(`${name}: the picture ${number}, ${way}, is not there`);
      if (!taken.has(hash)) faults.push(`${name}: the file ${number}, ${way}, is not in taken`);
    }
    for (const { id: cell, file, sha256 } of cells) {
      if (!allowed.has(sha256)) faults.push(`${name}: ${file} is none that was written`);
      const bytes = Buffer.from(await (await fetch(`${address}/api/v1/cells/${cell}/image`)).arrayBuffer());
      if (hashOf(bytes) !== sha256) faults.push(`${name}: the image of ${file} is another`);
    }
  }
  const { isWhole, fault } = await server.send("GET trail/verify");
  return isWhole ? faults : [...faults, fault];
}

const filesIn = (folder: string): string[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
