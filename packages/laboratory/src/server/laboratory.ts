import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Store } from "../store/store.ts";
import type { Limits } from "./upload.ts";
import type { Classification } from "./work/classification.ts";
import type { Work } from "./work/work.ts";

export { LIMITS, type Limits } from "./upload.ts";

/** What the routes work with. */
export interface Laboratory {
  readonly store: Store;
  readonly classification: Classification;
  readonly work: Work;
  readonly limits: Limits;
}

/** The server that routes are added to. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;
