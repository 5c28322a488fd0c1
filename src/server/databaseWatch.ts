// A PGlite that can't write its log never answers again: it waits for nothing, or spins. The room that is kept free prevents
// that, but other programs may fill the disk too.
import { LeukogramError } from "../core/errors.ts";
import { ROOM_OF_CHANGES, roomBeyond } from "../store/room.ts";
import type { Store } from "../store/store.ts";

/** Milliseconds between two looks. */
const LOOK = 5000;
/** Looks without an answer after which it is given up: where the disk is full, and where it may only be busy. */
const PATIENCE = { full: 2, busy: 24 };

/**
 * Watches a PGlite. Nothing that was acknowledged is lost where it breaks; a new process opens it again.
 *
 * @param onBroken called once, with ERR_DATABASE, where it no longer answers
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
      isAsked = true;
      // One that says that it is gone is asked again: what it misses counts on.
      database.ping().then(
        () => {
          [isAsked, missed] = [false, 0];
        },
        () => {
          isAsked = false;
        },
      );
    }
    missed++;
    const isFull = (await roomBeyond(folder, ROOM_OF_CHANGES).catch(() => 0)) < 0;
    if (missed <= (isFull ? PATIENCE.full : PATIENCE.busy)) return;
    clearInterval(timer);
    missed = Number.NEGATIVE_INFINITY;
    onBroken(broken(isFull));
  };
  const timer = setInterval(() => void look(), lookMs).unref();
  return () => clearInterval(timer);
}

function broken(isFull: boolean): LeukogramError {
  return new LeukogramError("ERR_DATABASE", `the database no longer answers${isFull ? ", as the disk is full" : ""}`, {
    hint: `${isFull ? "Free some space, and s" : "S"}tart the server again: what was acknowledged is kept.`,
  });
}
