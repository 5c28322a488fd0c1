import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest } from "fastify";
import { checkPassword } from "../../store/access/users.ts";
import { askedBy } from "../access.ts";
import type { Laboratory } from "../laboratory.ts";

/** Minutes for which who has come from the identity provider need not prove it again. */
const FRESH_MINUTES = 5;

/** Options of {@link proveSelf}. */
interface Proof {
  readonly password: string | undefined;
  /** What it is for: `A signature`. */
  readonly what: string;
}

/**
 * Has who is signed in at a page prove it again by the password; who came from the identity provider within five minutes has just done so.
 *
 * @throws ERR_DENIED, or 429 after too many tries
 */
export async function proveSelf(
  { store, attempts }: Pick<Laboratory, "store" | "attempts">,
  request: FastifyRequest,
  { password, what }: Proof,
): Promise<void> {
  const { user: name, signedIn } = askedBy(request);
  const age = Math.abs(store.now().getTime() - (signedIn?.at.getTime() ?? 0));
  const isFresh = signedIn?.via === "provider" && age < FRESH_MINUTES * 60e3;
  if (isFresh && password === undefined) return;
  const isOwn = await attempts.try({ name, address: request.ip }, async () =>
    (await checkPassword(store, name, password ?? "")) === undefined ? undefined : true,
  );
  if (isOwn) return;
  const other = signedIn?.via === "provider" ? ", or a sign-in at the identity provider within five minutes" : "";
  throw new LeukogramError("ERR_DENIED", "the password is wrong", { hint: `${what} needs your password${other}.` });
}
