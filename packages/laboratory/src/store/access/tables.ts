// The tables of those who may sign in, as drizzle sees them; migrations.ts makes them.
import { bigint, boolean, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "../schema.ts";

/** Who may sign in. */
export const users = pgTable("users", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull().unique(),
  role: text("role", { enum: ["viewer", "reviewer", "signer", "admin"] }).notNull(),
  /** As password.ts writes it. */
  password: text("password").notNull(),
  createdAt: moment("created_at").notNull(),
  isDisabled: boolean("is_disabled").notNull().default(false),
  /** What the identity provider calls them; null if they sign in by password alone. */
  identity: text("identity").unique(),
});

/** Who is signed in: of the cookie's secret, its SHA-256 alone is kept. */
export const sessions = pgTable("sessions", {
  sha256: text("sha256").primaryKey(),
  userId: uuid("user_id")
    .notNull()
    .references(() => users.id),
  createdAt: moment("created_at").notNull(),
  expiresAt: moment("expires_at").notNull(),
  /** When it was used last, to the half minute. */
  activeAt: moment("active_at").notNull(),
  /** When its user has shown who they are: at the identity provider that may be earlier. */
  provedAt: moment("proved_at").notNull(),
  via: text("via", { enum: ["password", "provider"] }).notNull(),
});

/** Tokens of programs: of the secret, its SHA-256 alone is kept. */
export const tokens = pgTable("tokens", {
  id: uuid("id").primaryKey(),
  sha256: text("sha256").notNull().unique(),
  /** Null if there are no users: the local admin's. */
  userId: uuid("user_id").references(() => users.id),
  name: text("name").notNull(),
  scopes: text("scopes", { enum: ["read", "review", "sign", "admin", "infer"] })
    .array()
    .notNull(),
  createdAt: moment("created_at").notNull(),
  expiresAt: moment("expires_at").notNull(),
  lastUsedAt: moment("last_used_at"),
  revokedAt: moment("revoked_at"),
});

/** Second factors: secrets of authenticator apps, sealed with the key of the data folder. */
export const secondFactors = pgTable("second_factors", {
  userId: uuid("user_id")
    .primaryKey()
    .references(() => users.id),
  secret: text("secret").notNull(),
  /** SHA-256 of recovery codes that were not used. */
  recovery: text("recovery").array().notNull(),
  /** The 30 seconds of the last code that was used: none holds twice. */
  lastStep: bigint("last_step", { mode: "number" }).notNull(),
  /** Whether its user has shown a code, and it counts. */
  isConfirmed: boolean("is_confirmed").notNull(),
});
