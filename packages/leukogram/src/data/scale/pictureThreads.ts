// Files of pictures read ahead: many of them in threads, as what JavaScript does to each takes longer than its decoding.
import { availableParallelism } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { shownPath } from "../archives/unpackedFolder.ts";
import { WorkerPool } from "../loading/workerPool.ts";
import { type CellSizes, cellSizes } from "../microscopy/redCellWidths.ts";
import { toldBits } from "../pictures/depth.ts";
import { decodeImage } from "../pictures/image.ts";
import type { JpegDct } from "../pictures/jpegDct.ts";
import { bitsOfSet } from "../pictures/pictureSets.ts";
import { type PictureRemark, remarkPicture } from "../remarks.ts";
import { type BroughtPicture, bringPicture, type PictureForm } from "./bringPicture.ts";
import { Gate } from "./gate.ts";

/** How one file is read. */
export interface ReadingOptions {
  /** What messages call it; default: its path. */
  readonly name?: string | undefined;
  readonly jpegDct?: JpegDct | undefined;
}

/** A file that a thread reads: brought into a form, or its cells measured. */
export interface PictureJob extends ReadingOptions {
  readonly path: string;
  /** Bits used of 16 that somebody said. */
  readonly bits: number | undefined;
  /** Those that the files it came with need; left out until a file asks for it, as all of them must be read for that. */
  readonly ofSet?: { readonly bits: number | undefined } | undefined;
  readonly form: PictureForm | undefined;
  readonly redCell: number | undefined;
}

/** What a thread found. */
export interface PictureAnswer {
  /** Whether it can't be read before `ofSet` is known; the rest is then empty. */
  readonly asksBits: boolean;
  readonly remarks: readonly PictureRemark[];
  readonly sizes: CellSizes | undefined;
  readonly brought: BroughtPicture | undefined;
}

/** Fewer files than this are read in less time than threads take to start. */
const MANY = 64;
const MOST_THREADS = 8;
/** Files that a thread is given ahead: a model that computes keeps the main thread for the time that it takes to read some ten. */
const AHEAD = 16;
/** How long idle threads wait for the next set of files, milliseconds: a folder is measured before it is classified. */
const LINGER = 3000;

const threads = () => Math.min(MOST_THREADS, availableParallelism());

type Pool = WorkerPool<PictureJob, PictureAnswer>;

let shared: { readonly pool: Pool; users: number; end: NodeJS.Timeout | undefined } | undefined;

function takePool(): Pool {
  shared ??= {
    pool: new WorkerPool({
      name: "pictures",
      count: threads(),
      script: new URL("./pictureWorker", import.meta.url),
      isNative: true,
    }),
    users: 0,
    end: undefined,
  };
  clearTimeout(shared.end);
  shared.users++;
  return shared.pool;
}

function leavePool(): void {
  const left = shared!;
  if (--left.users > 0) return;
  left.end = setTimeout(() => {
    shared = undefined;
    void left.pool.close();
  }, LINGER).unref();
}

/** Reads files of pictures, in threads if there are many. */
export class PictureReading {
  readonly #pool: Pool | undefined;
  readonly #gate: Gate;
  readonly #signal: StopSignal | undefined;
  readonly #pending = new Set<Promise<unknown>>();
  #asksBits = false;

  /** @param count how many files there are to read */
  constructor(count: number, signal?: StopSignal) {
    this.#pool = count >= MANY && availableParallelism() > 1 ? takePool() : undefined;
    this.#gate = new Gate(this.#pool === undefined ? availableParallelism() + 1 : AHEAD * threads());
    this.#signal = signal;
  }

  /**
   * A file brought into a model's form.
   *
   * @param redCell width of a red cell in it, pixels, if the laboratory's scale is known
   * @throws ERR_IMAGE, ERR_ABORTED
   */
  async bring(path: string, form: PictureForm, redCell: number | undefined, options: ReadingOptions = {}) {
    const { brought } = await this.#read(path, options, { form, redCell });
    return brought!;
  }

  /** Nucleus and red cells of a file. @throws ERR_IMAGE, ERR_ABORTED */
  async sizes(path: string): Promise<CellSizes> {
    const { sizes } = await this.#read(path, {}, { form: undefined, redCell: undefined });
    return sizes!;
  }

  /** Ends when all that was asked for is read: a thread that is stopped while it decodes can end the process. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    if (this.#pool !== undefined) leavePool();
  }

  async #read(path: string, options: ReadingOptions, wish: Pick<PictureJob, "form" | "redCell">) {
    const pool = this.#pool;
    const reading = this.#gate.pass(async () => {
      if (this.#signal?.aborted) throw new LeukogramError("ERR_ABORTED", "reading images was interrupted");
      if (pool === undefined) return await readHere(path, options, wish);
      return await this.#readThere(pool, path, { ...options, ...wish });
    });
    this.#pending.add(reading);
    try {
      return await reading;
    } finally {
      this.#pending.delete(reading);
    }
  }

  async #readThere(pool: Pool, path: string, wish: Omit<PictureJob, "path" | "bits" | "ofSet">) {
    const { name = shownPath(path), ...rest } = wish;
    const job = { path, name, bits: toldBits(), ...rest };
    const ofSet = async () => ({ bits: await bitsOfSet(path) });
    let answer = await pool.run(this.#asksBits ? { ...job, ofSet: await ofSet() } : job);
    if (answer.asksBits) {
      this.#asksBits = true;
      answer = await pool.run({ ...job, ofSet: await ofSet() });
    }
    for (const [kind, of, text] of answer.remarks) remarkPicture(kind, shownPath(of), text);
    return answer;
  }
}

async function readHere(
  path: string,
  options: ReadingOptions,
  { form, redCell }: Pick<PictureJob, "form" | "redCell">,
): Promise<Pick<PictureAnswer, "sizes" | "brought">> {
  const image = await decodeImage(path, options);
  if (form === undefined) return { sizes: cellSizes(image), brought: undefined };
  return { sizes: undefined, brought: bringPicture(image, form, redCell) };
}

/** For files that are left out if they can't be read: undefined for such an error. @throws any other */
export function undefinedIfUnread(error: unknown): undefined {
  if (!(error instanceof LeukogramError) || error.code !== "ERR_IMAGE") throw error;
}
