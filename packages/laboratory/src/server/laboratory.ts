import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Store } from "../store/store.ts";
import type { Attempts } from "./guard/attempts.ts";
import type { IdentityProvider } from "./guard/identityProvider.ts";
import type { Classification } from "./work/classification.ts";
import type { Work } from "./work/work.ts";

/** What the routes work with. */
export interface Laboratory {
  readonly store: Store;
  readonly classification: Classification;
  readonly work: Work;
  readonly limits: Limits;
  readonly attempts: Attempts;
  /** Where users may sign in beside the server itself. */
  readonly provider?: IdentityProvider | undefined;
}

/** What one request may bring. */
export interface Limits {
  /** Bytes of one image. */
  readonly imageBytes: number;
  /** Bytes of one archive as it is sent, and of all that comes out of it. */
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  /** Images of one request. */
  readonly images: number;
  /** Pixels of one image. */
  readonly pixels: number;
  /** Tries at a password in a minute, from one address. */
  readonly signIns: number;
  /** Failed tries of a name in 15 minutes. */
  readonly failures: number;
}

/** Limits that hold if none are given. */
export const LIMITS: Limits = {
  imageBytes: 50e6,
  archiveBytes: 2e9,
  unpackedBytes: 4e9,
  images: 20_000,
  pixels: 64e6,
  signIns: 10,
  failures: 10,
};

/** The server that routes are added to. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;
