import type { Language } from "../../messages/language.ts";
import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** What stands above a report: the laboratory's name, and lines such as its address. */
export type Letterhead = { readonly laboratory: string; readonly lines: readonly string[] };

/** How the laboratory's reports look; what of it a report prints is frozen with it. */
export type Reporting = Letterhead & {
  /** What new reports are written in; a signed one stays in its own. */
  readonly language: Language;
  /** Full names of signers. */
  readonly names: readonly { readonly user: string; readonly fullName: string }[];
  /** Comments that are often needed. */
  readonly comments: readonly { readonly name: string; readonly text: string }[];
};

/** Of a laboratory that has set nothing. */
export const DEFAULT_REPORTING: Reporting = { laboratory: "", lines: [], language: "en", names: [], comments: [] };

/** Where it is written. */
const REPORTING = "reporting";

/** How the laboratory's reports look. */
export async function readReporting(queries: Queries): Promise<Reporting> {
  return { ...DEFAULT_REPORTING, ...(await readSetting<Reporting>(queries, REPORTING)) };
}

/** New settings; the language stays if it is left out. */
export type ReportingChange = Omit<Reporting, "language"> & { readonly language?: Language | undefined };

/** Sets how the laboratory's reports look; the trail keeps what was before. */
export async function changeReporting(store: Store, wish: Wish, wanted: ReportingChange): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readReporting(queries);
    const reporting = { ...wanted, language: wanted.language ?? before.language };
    if (canonicalJson(before) === canonicalJson(reporting)) return { answer: {} };
    await writeSetting(queries, REPORTING, reporting);
    return { content: { reporting, before }, answer: {} };
  });
}

/** The full name of a user; null if it is not known. */
export const fullNameOf = ({ names }: Reporting, name: string): string | null =>
  names.find(({ user }) => user === name)?.fullName ?? null;
