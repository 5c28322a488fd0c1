import { open } from "node:fs/promises";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { PGlite } from "@electric-sql/pglite";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { listFolder } from "leukogram/data/folders/walk";
import pg from "pg";

/** A PGlite that speaks Postgres's protocol. */
export interface Pglite {
  /** A connection, to be given to node-postgres. One at a time: there is one session behind all. */
  connect(): Duplex;
  close(): Promise<void>;
}

/**
 * Opens the database in a folder, which is made if it is missing.
 *
 * @throws ERR_DATABASE if it can't be opened.
 */
export async function startPglite(folder: string): Promise<Pglite> {
  const database = new PGlite(folder);
  await database.waitReady.catch((cause: Error) => {
    throw new LeukogramError("ERR_DATABASE", `the database in ${folder} can't be opened: ${cause.message}`, {
      hint: "Restore a backup into an empty folder.",
      cause,
    });
  });
  return { connect: () => new Connection(database), close: () => database.close() };
}

// As much of a socket as node-postgres asks for.
class Connection extends Duplex {
  readonly #database: PGlite;

  constructor(database: PGlite) {
    super();
    this.#database = database;
  }

  connect(): void {
    // There is one session, and it must be as new to each connection.
    this.#database
      .exec("rollback")
      .then(() => this.#database.exec("discard all"))
      .then(
        () => this.emit("connect"),
        (error: Error) => this.destroy(broken(error)),
      );
  }

  ref(): void {}

  unref(): void {}

  setNoDelay(): void {}

  setKeepAlive(): void {}

  override _read(): void {}

  override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    this.#ask(bytes);
    done();
  }

  // What was written between cork and uncork is one message: PGlite takes a step with each.
  override _writev(parts: { readonly chunk: Buffer }[], done: () => void): void {
    this.#ask(Buffer.concat(parts.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  // Of PGlite's ways this is the one that neither reads what it passes on nor keeps it.
  #ask(bytes: Buffer): void {
    const parts: Uint8Array[] = [];
    const onRawData = (part: Uint8Array) => void parts.push(part.slice());
    this.#database.execProtocolRawStream(new Uint8Array(bytes), { syncToFs: false, onRawData }).then(
      () => this.#answer(Buffer.concat(parts)),
      (error: Error) => this.destroy(broken(error)),
    );
  }

  #answer(bytes: Buffer): void {
    if (bytes.length === 0) return;
    // Everybody else has a turn, but not in the midst of a transaction, for whose end all the others wait.
    const isIdle = bytes.at(-1) === IDLE;
    (isIdle ? setImmediate : process.nextTick)(() => this.push(bytes));
  }
}

/** How the message ReadyForQuery ends where no transaction is open. */
const IDLE = "I".charCodeAt(0);

const broken = ({ message }: Error) =>
  Object.assign(new Error(`connection terminated: ${message}`), { code: "ECONNRESET" });

/** Statements that are kept as the database read and planned them, and characters of the longest of them. */
const MOST_PREPARED = 500;
const LONGEST_PREPARED = 3000;

/** PGlite takes longer to read and plan a statement than to run it: each is prepared once, under a name. */
export class PreparingClient extends pg.Client {
  readonly #names = new Map<string, string>();

  // biome-ignore lint/suspicious/noExplicitAny: as node-postgres's own, which has a dozen forms
  override query(...given: any[]): any {
    const [config, ...rest] = given;
    const isPlain = typeof config === "object" && typeof config.text === "string" && config.name === undefined;
    const named = isPlain ? { ...config, name: this.#nameOf(config.text) } : config;
    return (super.query as (...all: unknown[]) => unknown)(named, ...rest);
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size === MOST_PREPARED || text.length > LONGEST_PREPARED) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/** PGlite hands its log to the system and does not wait until it is on the disk: this does. */
export class LogSync {
  readonly #folder: string;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Ends when all is on the disk that the log held when this was called; those who call meanwhile share the next time. */
  sync(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const work = this.#sync();
      this.#running = work.catch(() => {});
      return work;
    });
    return this.#next;
  }

  async #sync(): Promise<void> {
    for (const { name } of listFolder(this.#folder)) {
      if (!/^[0-9A-F]{24}$/.test(name)) continue;
      const file = await open(join(this.#folder, name), "r+").catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error; // no longer needed, it was given another name meanwhile
      });
      await file?.datasync().finally(() => file.close());
    }
  }
}
