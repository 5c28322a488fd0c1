import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** What a laboratory demands of those who sign in. */
export type AccessRules = {
  /** Minutes without use after which a session ends; null if only its age ends it. */
  readonly idleMinutes: number | null;
  /** The role from which on a second factor is needed; null if it is never. */
  readonly codesFor: "signer" | "admin" | null;
};

/** Rules of a laboratory that has not set its own. */
const DEFAULT_ACCESS: AccessRules = { idleMinutes: 30, codesFor: null };

/** Where they are written. */
export const ACCESS = "access";

/** The rules that a setting's text says; the default ones without it. */
export const parseAccessRules = (text: string | null): AccessRules => ({
  ...DEFAULT_ACCESS,
  ...(text === null ? {} : (JSON.parse(text) as AccessRules)),
});

/** The laboratory's rules of access. */
export async function readAccessRules(queries: Queries): Promise<AccessRules> {
  return { ...DEFAULT_ACCESS, ...(await readSetting<AccessRules>(queries, ACCESS)) };
}

/** Sets the laboratory's rules of access; the trail keeps those before. */
export async function changeAccessRules(store: Store, wish: Wish, rules: AccessRules): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readAccessRules(queries);
    if (canonicalJson(rules) === canonicalJson(before)) return { answer: {} };
    await writeSetting(queries, ACCESS, rules);
    return { content: { rules, before }, answer: {} };
  });
}
