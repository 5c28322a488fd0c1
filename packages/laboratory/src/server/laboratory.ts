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
  readonly attempts: Attempts;
  /** Where users may sign in beside the server itself. */
  readonly provider?: IdentityProvider | undefined;
}

/** The server that routes are added to. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;
