import { LeukogramError } from "../core/errors.ts";
import { ROOM_OF_CHANGES, roomBeyond } from "../store/room.ts";
import type { Store } from "../store/store.ts";

/** Milliseconds between two looks. */
const LOOK = 5000;
/** Looks without an answer after which it is given up: where the disk is full, and where it may only be busy. */
const PATIENCE = { full: 2, busy: 24 };

/**
 * Watches a PGlite, which never answers again once it could not write its log: other programs may fill the disk that
 * the room kept free is on. Nothing that was acknowledged is lost; a new process opens it again.
 *
 * @param onBroken called once, with ERR_DATABASE
 * @returns ends the watch
 */
export function watchDatabase(
  { database, folder }: Pick<Store, "database" | "folder">,
  onBroken: (error: LeukogramError) => void,
  { lookMs = LOOK }: { readonly lookMs?: number } = {},
): () => void {
  if (database.kind !== "pglite") return () => {};
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
    clearInterval(timer);
    onBroken(
      new LeukogramError("ERR_DATABASE", `the database no longer answers${isFull ? ", as the disk is full" : ""}`, {
        hint: `${isFull ? "Free some space, and s" : "S"}tart the server again: what was acknowledged is kept.`,
      }),
    );
  };
  const timer = setInterval(() => void look(), lookMs).unref();
  return () => clearInterval(timer);
}
