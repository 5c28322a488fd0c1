// A folder that pictures are put into by other programs, under accession numbers: each lands in its case, once.
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, mkdir, open, rename, rmdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { isSystemName, listFolder, toSlashes } from "leukogram/data/folders/walk";
import { uuidOf } from "../../interfaces/uuidOf.ts";
import { addCells } from "../../store/cells.ts";
import { caseOfAccession } from "../../store/connections/accessions.ts";
import type { Store } from "../../store/store.ts";
import { change } from "../../store/trail.ts";
import { LIMITS, takeFiles } from "../upload.ts";

/** Options of {@link WatchFolder}. */
export interface WatchOptions {
  readonly store: Store;
  readonly folder: string;
  /** The model of a case that is made. */
  readonly model: () => Promise<string>;
  /** Called when cells wait for it. */
  readonly onAdded: () => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks. */
  readonly everyMs?: number | undefined;
  /** Milliseconds that a file must have stayed the same. */
  readonly settleMs?: number | undefined;
}

/** What a folder did since the server started. */
export interface Watched {
  readonly folder: string;
  readonly taken: number;
  /** The last ones that could not be read, and why. */
  readonly rejected: readonly { readonly file: string; readonly reason: string }[];
  /** What stays where it is, and why. */
  readonly waiting: readonly { readonly name: string; readonly reason: string }[];
}

/** Where it puts what it has done: beside what comes in. */
const [TAKEN, REJECTED] = ["taken", "rejected"];
const SHOWN = 50;
/** Times `settleMs` after which a picture without an end counts as damaged, and not as cut off by a pause of its writer. */
const PATIENCE = 30;
/** First and last bytes of pictures, in hexadecimal. */
const ENDS = [
  { first: "ffd8ff", last: "ffd9" },
  { first: "89504e47", last: "49454e44ae426082" },
] as const;
const WRITTEN = "it is still being written";
/** Names of files that are still being written. */
const UNFINISHED = /\.(part|partial|tmp|temp|crdownload|filepart)$/i;

interface Found {
  readonly path: string;
  readonly size: number;
  readonly changedMs: number;
}

/** Watches a folder, by looking again and again: folders of other machines tell of no changes. */
export class WatchFolder {
  readonly #given: WatchOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  readonly #rejected: { file: string; reason: string }[] = [];
  #waiting: { name: string; reason: string }[] = [];
  #taken = 0;
  /** What was there at the last look, and since when it has been the same. */
  #seen = new Map<string, { readonly now: string; readonly since: number }>();

  constructor(given: WatchOptions) {
    this.#given = given;
  }

  /** Begins. Kept files that no cell names must have been removed by then. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** What it did. */
  get state(): Watched {
    const { folder } = this.#given;
    return { folder, taken: this.#taken, rejected: this.#rejected.toReversed(), waiting: this.#waiting };
  }

  /** Ends after what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = 2000, onError } = this.#given;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look().catch(onError);
      await setTimeout(everyMs, undefined, { signal }).catch(() => {}); // closed meanwhile
    }
  }

  async #look(): Promise<void> {
    const { folder, onError } = this.#given;
    const waiting: { name: string; reason: string }[] = [];
    const seen = new Map<string, { readonly now: string; readonly since: number }>();
    const entries = listFolder(folder);
    for (const entry of entries) {
      const { name } = entry;
      if (this.#stop.signal.aborted) return;
      if (name === TAKEN || name === REJECTED || isSystemName(name) || name.startsWith(".")) continue;
      if (!entry.isFile() && !entry.isDirectory()) continue;
      const files = await filesOf(join(folder, name));
      if (files.length === 0) continue;
      const now = JSON.stringify(files);
      const before = this.#seen.get(name);
      const since = before?.now === now ? before.since : performance.now();
      seen.set(name, { now, since });
      const rested = performance.now() - since;
      if (!this.#hasSettled(files, rested)) waiting.push({ name, reason: WRITTEN });
      else
        try {
          await this.#take(name, files, { isFolder: entry.isDirectory(), rested });
        } catch (error) {
          waiting.push({ name, reason: error instanceof LeukogramError ? sentenceOf(error) : "it can't be taken now" });
          if (!isOfCase(error)) onError(error);
        }
    }
    [this.#seen, this.#waiting] = [seen, waiting];
  }

  #hasSettled(files: readonly Found[], rested: number): boolean {
    return rested >= this.#settleMs && !files.some(({ path, size }) => size === 0 || UNFINISHED.test(path));
  }

  get #settleMs(): number {
    return this.#given.settleMs ?? 2000;
  }

  async #take(
    name: string,
    files: readonly Found[],
    { isFolder, rested }: { readonly isFolder: boolean; readonly rested: number },
  ): Promise<void> {
    const { store, folder, model, onAdded } = this.#given;
    // The same files have the same keys after a kill: what was done is not done again.
    const key = (what: string) => uuidOf(["watch", what, folder, name, JSON.stringify(files)]);
    const wish = { actor: "watch", key: key("case") };
    const { accession, caseId } = await caseOf(isFolder ? [name] : numbersIn(name), (accession) =>
      model().then((id) => caseOfAccession(store, { accession, model: id, wish })),
    );
    if (rested < PATIENCE * this.#settleMs)
      for (const { path } of files) if (!(await hasEnd(path))) throw new LeukogramError("ERR_CONFLICT", WRITTEN);
    const inside = (path: string) => toSlashes(isFolder ? relative(join(folder, name), path) : basename(path));
    const sent = async function* () {
      for (const { path } of files) yield { name: inside(path), stream: createReadStream(path) };
    };
    const { files: kept, refused } = await takeFiles(store.images, sent(), LIMITS);
    // What was read of a file that changed meanwhile may be none of its states.
    if (JSON.stringify(await filesOf(join(folder, name))) !== JSON.stringify(files))
      throw new LeukogramError("ERR_CONFLICT", WRITTEN);
    const asks = { caseId, files: kept.map(({ file, sha256 }) => `${sha256} ${file}`) };
    const { added } = await addCells(
      store,
      { actor: "watch", key: key("cells"), kind: "cells.added", asks },
      { caseId, files: kept, refused: refused.length },
    );
    if (refused.length > 0) {
      const content = { accession, refused: refused.map(({ file, reason }) => ({ file, reason })) };
      await change(store, { actor: "watch", key: key("refused"), kind: "watch.rejected", asks: content }, async () => ({
        ...{ content, answer: {} },
      }));
    }
    const reasons = new Map(refused.map(({ file, reason }) => [file, reason]));
    const own = new Set(files.map(({ path }) => inside(path)));
    for (const { file, reason } of refused) if (!own.has(file)) await this.#tell(`${name}: ${file}`, reason);
    for (const found of files) {
      const file = inside(found.path);
      await this.#away(found, { name, file, reason: reasons.get(file) });
    }
    if (isFolder) await removeEmptied(join(folder, name));
    this.#taken += added.length;
    onAdded();
  }

  // Beside an earlier file of the same name.
  async #away(found: Found, { name, file, reason }: { name: string; file: string; reason: string | undefined }) {
    const { folder } = this.#given;
    const { path } = found;
    // Another picture has come in its place, which the next look sees.
    if (JSON.stringify(await filesOf(path)) !== JSON.stringify([found])) return;
    const place = join(folder, reason === undefined ? TAKEN : REJECTED, relative(folder, path));
    await mkdir(dirname(place), { recursive: true });
    const isThere = await stat(place).then(
      () => true,
      () => false,
    );
    await rename(
      path,
      isThere ? `${place.slice(0, -extname(place).length || undefined)}-${randomUUID()}${extname(place)}` : place,
    );
    if (reason !== undefined) await this.#tell(name === file ? name : `${name}/${file}`, reason);
  }

  async #tell(shown: string, reason: string): Promise<void> {
    const { folder } = this.#given;
    await mkdir(join(folder, REJECTED), { recursive: true });
    await appendFile(join(folder, REJECTED, "reasons.txt"), `${shown}: ${reason}\n`);
    this.#rejected.push({ file: shown, reason });
    if (this.#rejected.length > SHOWN) this.#rejected.shift();
  }
}

const isOfCase = (error: unknown) =>
  error instanceof LeukogramError && (error.code === "ERR_NOT_FOUND" || error.code === "ERR_CONFLICT");

const sentenceOf = ({ reason, hint }: LeukogramError) =>
  [reason.replace(/\.$/, ""), hint ?? ""].filter((part) => part !== "").join(". ");

/** Accession numbers that a file's name may have: without its ending, and without what follows its last underscore (26-0815_001.png). */
function numbersIn(name: string): string[] {
  const whole = name.slice(0, name.length - extname(name).length);
  const cut = whole.lastIndexOf("_");
  return cut > 0 ? [whole, whole.slice(0, cut)] : [whole];
}

async function caseOf(numbers: readonly string[], find: (accession: string) => Promise<string>) {
  for (const accession of numbers)
    try {
      return { accession, caseId: await find(accession) };
    } catch (error) {
      const isLast = accession === numbers.at(-1);
      if (isLast || !(error instanceof LeukogramError) || error.code !== "ERR_NOT_FOUND") throw error;
    }
  throw new LeukogramError("ERR_NOT_FOUND", "no number");
}

// A file that came meanwhile, or that is hidden, keeps its folder; the first is taken at a later look.
async function removeEmptied(path: string): Promise<void> {
  for (const entry of listFolder(path)) if (entry.isDirectory()) await removeEmptied(join(path, entry.name));
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

// A program that writes may pause, or make room for a file before it fills it.
async function hasEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const at = async (place: number) => (await file.read(Buffer.alloc(8), 0, 8, place)).buffer.toString("hex");
    const [first, last] = [await at(0), await at(Math.max(0, size - 8))];
    return ENDS.every((end) => !first.startsWith(end.first) || last.endsWith(end.last));
  } finally {
    await file.close();
  }
}

// Links are not followed: a folder for pictures leads nowhere else.
async function filesOf(path: string): Promise<Found[]> {
  // Renamed or removed since it was listed: the next look sees it.
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [{ path, size: found.size, changedMs: found.mtimeMs }];
  const entries = listFolder(path);
  const all: Found[] = [];
  for (const entry of entries)
    if ((entry.isFile() || entry.isDirectory()) && !isSystemName(entry.name) && !entry.name.startsWith("."))
      all.push(...(await filesOf(join(path, entry.name))));
  return all;
}
