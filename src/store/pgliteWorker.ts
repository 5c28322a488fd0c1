// PGlite in a thread of its own, where it holds nobody else up: bytes of Postgres's protocol come, and bytes go.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/** What the thread is told. */
export type PgliteRequest =
  /** A connection begins; it ends when its port is closed. */
  | { readonly kind: "connect"; readonly port: MessagePort }
  /** Ends the database in order. */
  | { readonly kind: "close" };

/** What it says: first whether the database is open, in the end that it is closed. */
export type PgliteReply = { readonly kind: "open" | "closed" } | { readonly kind: "failed"; readonly reason: string };

const reply = (message: PgliteReply) => parentPort!.postMessage(message);

async function serve(): Promise<void> {
  const database = new PGlite(workerData.folder);
  await database.waitReady;
  reply({ kind: "open" });
  // One thing after the other, whoever asks.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<unknown>) => {
    last = last.then(work);
  };
  parentPort!.on("message", (request: PgliteRequest) => {
    if (request.kind === "close") {
      inTurn(() => database.close());
      inTurn(async () => reply({ kind: "closed" }));
      return;
    }
    const { port } = request;
    // There is one session, and it must be as new to each connection.
    inTurn(() => database.exec("rollback"));
    inTurn(() => database.exec("discard all"));
    port.on("message", (bytes: Uint8Array) =>
      inTurn(async () => {
        const answer = await database.execProtocolRaw(bytes);
        if (answer.length > 0) port.postMessage(answer);
      }),
    );
  });
}

serve().catch((error: Error) => reply({ kind: "failed", reason: error.message }));
