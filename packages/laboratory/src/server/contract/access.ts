// Who asks, and what users and tokens are made of, as it goes over the wire.
import { z } from "zod";
import { ROLES, SCOPES } from "./work.ts";

/** A user's name: what signatures and the trail show. */
export const userName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,63}$/u);

/** A password; longer ones than this are refused, as each is hashed at a price. */
export const password = z.string().min(12).max(200);

/** A code of an authenticator app, or a recovery code. */
const code = z.string().trim().min(6).max(40);

/** Signing in. */
export const signIn = z.object({ name: z.string().max(64), password: z.string().max(200), code: code.optional() });

/** A new password of one's own. */
export const ownPassword = z.object({ current: z.string().max(200), password });

/** What proves who asks: not needed within five minutes of signing in at the identity provider. */
export const proof = z.object({ password: z.string().max(200).optional() });

/** A code that ends the setting up of a second factor. */
export const codeProof = z.object({ code });

/** A second factor that is being set up: the secret for an authenticator app, alone and as an address (`otpauth:`). */
export const newCode = z.object({ secret: z.string(), address: z.string() });

/** Recovery codes of a second factor, each for one sign-in. */
export const recoveryCodes = z.object({ codes: z.array(z.string()) });

/** What a laboratory demands of those who sign in. */
export const accessRules = z.object({
  /** Minutes without use after which a session ends; null if only its age ends it. */
  idleMinutes: z.int().min(1).max(720).nullable(),
  /** The role from which on a second factor is needed; null if it never is. */
  codesFor: z.enum(["signer", "admin"]).nullable(),
});

/** A new user. */
export const newUser = z.object({ name: userName, role: z.enum(ROLES), password });

/** A change of a user; signed-in sessions and tokens end where the password changes or the user is disabled. */
export const userChange = z.object({
  role: z.enum(ROLES).optional(),
  password: password.optional(),
  isDisabled: z.boolean().optional(),
  /** What the identity provider calls this user, by the claim that the server looks at; null takes it back. */
  identity: z.string().trim().min(1).max(300).nullable().optional(),
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
