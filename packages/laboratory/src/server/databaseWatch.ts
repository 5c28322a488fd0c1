// A PGlite that can't write its log never answers again: it waits for nothing, or spins and blocks the thread that it
// runs in. The room that is kept free prevents that, but other programs may fill the disk too.
import { Worker } from "node:worker_threads";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { ROOM_OF_CHANGES, roomBeyond } from "../store/database/room.ts";
import type { Store } from "../store/store.ts";

/** Milliseconds between two looks. */
const LOOK = 5000;
/** Looks without an answer after which it is given up: where the disk is full, and where it may only be busy. */
const PATIENCE = { full: 2, busy: 24 };

/**
 * Watches a PGlite. Nothing that was acknowledged is lost where it breaks; a new process opens it again.
 *
 * @param onBroken called once, with ERR_DATABASE, where it waits for ever. Where it spins while the disk is full, the
 *   process says the same on stderr and is killed, as nothing can be called in it any more.
 * @returns ends the watch
 */
export function watchDatabase(
  { database, folder }: Pick<Store, "database" | "folder">,
  onBroken: (error: LeukogramError) => void,
  { lookMs = LOOK }: { readonly lookMs?: number } = {},
): () => void {
  if (database.kind !== "pglite") return () => {};
  const thread = watchThread(folder, lookMs);
  let missed = 0;
  let isAsked = false;
  const look = async () => {
    if (!isAsked) {
      [isAsked, missed] = [true, 0];
      const answered = () => {
        isAsked = false;
      };
      database.ping().then(answered, answered);
      return;
    }
    missed++;
    const isFull = (await roomBeyond(folder, ROOM_OF_CHANGES).catch(() => 0)) < 0;
    if (!isAsked || missed < (isFull ? PATIENCE.full : PATIENCE.busy)) return;
    stop();
    onBroken(broken(isFull));
  };
  const timer = setInterval(() => void look(), lookMs).unref();
  const stop = () => {
    clearInterval(timer);
    thread.stop();
  };
  return stop;
}

function broken(isFull: boolean): LeukogramError {
  return new LeukogramError(
    "ERR_DATABASE",
    `the database no longer responds${isFull ? ", because the disk is full" : ""}`,
    {
      hint: `${isFull ? "Free some disk space, and s" : "S"}tart the server again: everything acknowledged is kept.`,
    },
  );
}

// Plain text, so that it is the same built and from the sources.
const THREAD = `
const { statfsSync, writeSync } = require("node:fs");
const { workerData: { beats, folder, room, lookMs, patience, message } } = require("node:worker_threads");
let [last, missed] = [-1, 0];
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  const { bavail, bsize } = statfsSync(folder);
  missed = beat === last && bavail * bsize < room ? missed + 1 : 0;
  last = beat;
  if (missed <= patience) return;
  writeSync(2, message + "\\n");
  process.kill(process.pid, "SIGKILL");
}, lookMs);
`;

// A thread of its own, which sees where this one no longer counts.
function watchThread(folder: string, lookMs: number): { stop(): void } {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const timer = setInterval(() => void Atomics.add(beats, 0, 1), lookMs / 2).unref();
  const { message } = broken(true);
  const given = { beats, folder, room: ROOM_OF_CHANGES, lookMs, patience: PATIENCE.full, message };
  const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: given });
  worker.on("error", () => {}); // without it the server works as well
  worker.unref();
  return {
    stop() {
      clearInterval(timer);
      void worker.terminate();
    },
  };
}
