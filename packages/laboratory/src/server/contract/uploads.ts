// Uploads, as they go over the wire.
import { z } from "zod";

/** The files of an upload that is about to be sent. */
export const announcement = z.object({
  /** The names under which they will be sent. */
  files: z.array(z.string().min(1).max(5000)).min(1).max(100_000),
  /** The client's other uploads that are still under way; what the rest miss by these names comes with this one. */
  beside: z.array(z.uuid().toLowerCase()).max(1000).default([]),
});

/** An announced upload, by the id that its requests carry. */
export const announced = z.object({ upload: z.uuid() });

/** Announced files that have not arrived; `count` where several of an upload have one name. */
export const awaited = z.object({
  files: z.array(z.object({ upload: z.uuid(), file: z.string(), count: z.int() })),
});

/** What became of an upload. */
export const uploaded = z.object({
  /** Made now. */
  added: z.array(z.object({ id: z.uuid(), file: z.string(), sha256: z.string() })),
  /** Were there already. */
  known: z.array(z.object({ id: z.uuid(), file: z.string() })),
  /** Not taken, and why: no picture, too large, unsafe path. */
  refused: z.array(z.object({ file: z.string(), reason: z.string() })),
});
