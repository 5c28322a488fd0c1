// Who asks, and what users and tokens are made of, as it goes over the wire.
import { z } from "zod";
import { ROLES, SCOPES } from "./work.ts";

/** A user's name: what signatures and the trail show. */
export const userName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,63}$/u);

/** A password; longer ones than this are refused, as each is hashed at a price. */
export const password = z.string().min(12).max(200);

/** Signing in. */
export const signIn = z.object({ name: z.string().max(64), password: z.string().max(200) });

/** A new user. */
export const newUser = z.object({ name: userName, role: z.enum(ROLES), password });

/** A change of a user; signed-in sessions and tokens end where the password changes or the user is disabled. */
export const userChange = z.object({
  role: z.enum(ROLES).optional(),
  password: password.optional(),
  isDisabled: z.boolean().optional(),
});

/** A new token. */
export const newToken = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  days: z.int().min(1).max(730).default(90),
});

/** The header of every change. */
export const changing = z.looseObject({
  "idempotency-key": z.uuid().describe("a new UUID for each request, sent again with each retry"),
});
