import { LeukogramError } from "../core/errors.ts";

/**
 * What `act` gives; where it stumbles over what a file holds, an error that says so.
 *
 * A file may have anything in any place, a text where layers are listed, models within models ten thousand deep: what is
 * looked at is told in words of its own, all else here.
 *
 * @param what of which file, for the message: `model.h5: its description of the model`.
 * @throws LeukogramError ERR_FORMAT and ERR_WEIGHTS as `act` does; ERR_FORMAT in place of any other error.
 */
export function orDamaged<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const isOurs = cause instanceof LeukogramError;
    if (isOurs && (cause.code === "ERR_FORMAT" || cause.code === "ERR_WEIGHTS")) throw cause;
    const why = isOurs ? cause.reason : (cause as Error).message;
    throw new LeukogramError("ERR_FORMAT", `${what} is damaged (${why})`, {
      hint: "Export or copy it again.",
      cause,
    });
  }
}
