// Who may see what of a case while somebody reads it a second time.
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Which reading. */
export type Reading = "first" | "second";

/** What a case says of its second reading. */
export interface SecondReading {
  readonly secondReading: "none" | "going on" | "finished";
  readonly secondReader: string | null;
}

/** Whether a user is doing the second reading, and must see neither answers nor the first reading. */
export function isBlind({ secondReading, secondReader }: SecondReading, user: string): boolean {
  return secondReading === "going on" && secondReader === user;
}

/** The reading that a user does. */
export function readingOf(found: SecondReading, user: string): Reading {
  return isBlind(found, user) ? "second" : "first";
}

/** Makes sure that a user may see answers, and what follows from them. @throws ERR_DENIED for a blind reader. */
export function requireSight(found: SecondReading, user: string): void {
  if (isBlind(found, user))
    throw new LeukogramError("ERR_DENIED", "you are doing the second reading of this case, which is blind", {
      hint: "Finish it first.",
    });
}

/** Makes sure that a second reading may be seen by others than its reader. @throws ERR_DENIED before it is finished. */
export function requireFinished({ secondReading }: SecondReading): void {
  if (secondReading === "going on") throw new LeukogramError("ERR_DENIED", "the second reading is not finished");
}

/** Makes sure that a user labels in the reading that is theirs. @throws ERR_CONFLICT */
export function requireReading(found: SecondReading, { reading, user }: { reading: Reading; user: string }): void {
  const own = readingOf(found, user);
  if (reading === own) return;
  if (own === "first")
    throw new LeukogramError("ERR_CONFLICT", "you are not doing a second reading of this case", {
      hint: "Start one first.",
    });
  throw new LeukogramError("ERR_CONFLICT", "you are doing the second reading of this case", {
    hint: "Finish it before you change the first.",
  });
}
