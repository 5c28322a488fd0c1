import { promisify } from "node:util";
import { constants, gzip, gzipSync } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Shorter answers are sent as they are. */
const SHORT = 1024;
/** Up to this length it takes about a millisecond, which is less than the wait behind files that are read and written. */
const FAST = 2 ** 17;
const LEVEL = { level: constants.Z_BEST_SPEED };

/** As `onSend` of a route: its answer by gzip, if the client takes that. Not for answers with secrets, whose length would tell of them. */
export async function compressed({ headers }: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== "string" || payload.length < SHORT) return payload;
  reply.header("vary", "accept-encoding");
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(headers["accept-encoding"] ?? "")) return payload;
  reply.header("content-encoding", "gzip").removeHeader("content-length");
  return payload.length <= FAST ? gzipSync(payload, LEVEL) : await promisify(gzip)(payload, LEVEL);
}
