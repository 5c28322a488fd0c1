import { Duplex } from "node:stream";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { LeukogramError } from "../core/errors.ts";
import { startWorker } from "../data/startWorker.ts";
import type { PgliteReply, PgliteRequest } from "./pgliteWorker.ts";

/** A PGlite in a thread of its own. */
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
  const worker = startWorker(new URL("./pgliteWorker", import.meta.url), { folder });
  worker.ref(); // until it is open
  const connections = new Set<Connection>();
  let fault: Error | undefined;
  const failed = (error: Error) => {
    fault = error;
    for (const connection of connections) connection.destroy(gone(error.message));
  };
  worker.on("error", failed);
  worker.on("exit", (code) => failed(new Error(`its thread ended with code ${code}`)));
  const said = await answerOf(worker).catch((error: Error) => ({ kind: "failed" as const, reason: error.message }));
  if (said.kind === "failed") {
    await worker.terminate();
    throw new LeukogramError("ERR_DATABASE", `the database in ${folder} can't be opened: ${said.reason}`, {
      hint: "Restore a backup into an empty folder.",
    });
  }
  worker.unref(); // from now on whoever waits for an answer keeps the process alive
  const ask = (request: PgliteRequest, transfer: MessagePort[] = []) => worker.postMessage(request, transfer);
  return {
    connect() {
      const connection = new Connection(fault, (port) => ask({ kind: "connect", port }, [port]));
      connections.add(connection);
      connection.once("close", () => connections.delete(connection));
      return connection;
    },
    async close() {
      if (fault !== undefined) return;
      worker.ref();
      const closed = answerOf(worker).catch(() => {});
      ask({ kind: "close" });
      await closed;
      worker.removeAllListeners("exit");
      await worker.terminate();
    },
  };
}

// What the thread says next.
function answerOf(worker: Worker): Promise<PgliteReply> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`its thread ended with code ${code}`)));
  });
}

const gone = (reason: string) => Object.assign(new Error(`connection terminated: ${reason}`), { code: "ECONNRESET" });

// As much of a socket as node-postgres asks for.
class Connection extends Duplex {
  readonly #port: MessagePort;
  readonly #fault: Error | undefined;

  constructor(fault: Error | undefined, begin: (port: MessagePort) => void) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#fault = fault;
    port1.on("message", (bytes: Uint8Array) => this.push(bytes));
    begin(port2);
  }

  connect(): void {
    process.nextTick(() => {
      if (this.#fault === undefined) this.emit("connect");
      else this.destroy(gone(this.#fault.message));
    });
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  override _read(): void {}

  override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    this.#send(bytes);
    done();
  }

  // What was written between cork and uncork is one message: PGlite takes a step with each.
  override _writev(parts: { readonly chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(parts.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }

  #send(bytes: Buffer): void {
    this.#port.postMessage(new Uint8Array(bytes));
  }
}
