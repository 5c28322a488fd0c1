import { Duplex } from "node:stream";
import { PGlite } from "@electric-sql/pglite";
import { LeukogramError } from "../core/errors.ts";

/** A PGlite that speaks Postgres's protocol. */
export interface Pglite {
  /** A connection, to be given to node-postgres. One at a time: there is one session behind all. */
  connect(): Duplex;
  close(): Promise<void>;
}

/**
 * Opens the database in a folder, which is made where it is missing.
 *
 * @throws ERR_DATABASE where it can't be opened.
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
