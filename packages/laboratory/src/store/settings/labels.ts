import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, eq, inArray, sql } from "drizzle-orm";
import { BEYOND_FIVE, countsAs } from "leukogram/review/labels";
import { type LabelSet, type OwnLabel, USUAL_LABELS } from "leukogram/review/ownLabels";
import { canonicalJson, type Json } from "../canonicalJson.ts";
import { type Queries, tellIfGone } from "../database/database.ts";
import { cases, cells, labels } from "../schema.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** Where they are written. */
const LABELS = "labels";

/** The laboratory's labels and their keys. */
export async function readLabelSet(queries: Queries): Promise<LabelSet> {
  return { ...USUAL_LABELS, ...(await readSetting<LabelSet>(queries, LABELS)) };
}

/** What a label counts as that is the laboratory's own; null for one that every laboratory has. @throws ERR_USAGE naming a label that does not exist */
export function ownCountOf(name: string, { own }: LabelSet): OwnLabel["countsAs"] | null {
  const found = own.find((label) => label.name === name);
  if (found !== undefined) return found.countsAs;
  // These two are what labels count as, and no labels.
  const isKind = name !== "Erythroblast" && (BEYOND_FIVE as readonly string[]).includes(name);
  if (countsAs(name) !== undefined && !isKind) return null;
  throw new LeukogramError("ERR_USAGE", `the laboratory has no label "${name}"`, {
    hint: "Load the page again: the labels may have been changed (GET /labels lists the laboratory's own).",
  });
}

/**
 * Sets the laboratory's labels; the trail keeps those before. A label that cells of open cases have stays, and counts as it did.
 *
 * @throws ERR_CONFLICT naming such a label
 */
export async function changeLabelSet(store: Store, wish: Wish, set: LabelSet): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readLabelSet(queries);
    if (canonicalJson(before as unknown as Json) === canonicalJson(set as unknown as Json)) return { answer: {} };
    for (const { name, countsAs: was } of before.own) {
      const now = set.own.find((label) => label.name === name);
      if (now?.countsAs !== was)
        await requireUnused(queries, name, now === undefined ? "be removed" : "count as something else");
    }
    await writeSetting(queries, LABELS, set);
    return { content: { labels: set as unknown as Json, before: before as unknown as Json }, answer: {} };
  });
}

async function requireUnused(queries: Queries, name: string, what: string): Promise<void> {
  const [found] = await queries
    .select({
      cells: sql<number>`count(distinct ${cells.id})`.mapWith(Number),
      cases: sql<number>`count(distinct ${cases.id})`.mapWith(Number),
    })
    .from(labels)
    .innerJoin(cells, eq(cells.id, labels.cellId))
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .where(and(eq(labels.label, name), inArray(cases.status, ["open", "signing"])))
    .catch(tellIfGone);
  if (found!.cells === 0) return;
  const where = `${counted(found!.cells, "cell")} of ${counted(found!.cases, "open case")}`;
  throw new LeukogramError(
    "ERR_CONFLICT",
    `the label "${name}" can't ${what}: ${where} ${found!.cells === 1 ? "has" : "have"} it`,
    {
      hint: "Sign these cases, or label the cells otherwise. Its key can be changed at any time.",
    },
  );
}
