import { createHash } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import canonicalize from "canonicalize";

/** What JSON can hold. Keys that are undefined are left out. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * JSON in which equal values are equal bytes: keys sorted by code unit, no spaces, numbers as ECMAScript writes them
 * (RFC 8785).
 *
 * @throws ERR_USAGE if a text holds half a character, or a number is none: such a value comes back otherwise from a database.
 */
export function canonicalJson(value: Json): string {
  try {
    return canonicalize(value)!;
  } catch (cause) {
    throw new LeukogramError("ERR_USAGE", `can't be kept: ${(cause as Error).message}`, {
      hint: "Send texts as UTF-8.",
      cause,
    });
  }
}

/** SHA-256 of text or bytes, in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
