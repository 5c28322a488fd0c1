// The case that pictures belong to, by accession number.
import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, eq, isNull, ne, or } from "drizzle-orm";
import { createCase } from "../cases.ts";
import { tellIfGone } from "../database/database.ts";
import { cases, orders } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Wish } from "../trail.ts";
import { factsOfOrder, type OrderRow } from "./orders.ts";

/** What {@link caseOfAccession} takes. */
export interface AccessionInput {
  readonly accession: string;
  /** Of a case that is made. */
  readonly model: string;
  /** For a case that is made from its order. */
  readonly wish: Pick<Wish, "actor" | "key">;
}

/**
 * The open case of an accession number: that of its order, or the one of that name that was made by hand; if only the order is there, its
 * case is made.
 *
 * @throws ERR_NOT_FOUND if neither is there; ERR_CONFLICT if there are several, or the case is signed
 */
export async function caseOfAccession(store: Store, { accession, model, wish }: AccessionInput): Promise<string> {
  const { queries } = store.database;
  const found = await queries
    .select({ id: cases.id, status: cases.status })
    .from(cases)
    .leftJoin(orders, eq(orders.id, cases.orderId))
    .where(
      and(
        ne(cases.status, "void"),
        or(eq(orders.accession, accession), and(isNull(cases.orderId), eq(cases.name, accession))),
      ),
    )
    .catch(tellIfGone);
  const [one] = found;
  if (found.length > 1)
    throw new LeukogramError("ERR_CONFLICT", `${found.length} cases have the number ${accession}`, {
      hint: "Add the images to one of them in the app, or void the others.",
    });
  if (one !== undefined && one.status !== "open")
    throw new LeukogramError("ERR_CONFLICT", `the case ${accession} is signed`, {
      hint: "Amend the case, which reopens it with a reason.",
    });
  if (one !== undefined) return one.id;
  const open = (await queries
    .select()
    .from(orders)
    .where(and(eq(orders.accession, accession), eq(orders.status, "requested")))
    .catch(tellIfGone)) as OrderRow[];
  if (open.length > 1)
    throw new LeukogramError("ERR_CONFLICT", `${open.length} senders have ordered ${accession}`, {
      hint: "Create the case from the right order in the app.",
    });
  const [order] = open;
  if (order === undefined)
    throw new LeukogramError("ERR_NOT_FOUND", `no open order and no case has the number ${accession}`, {
      hint: "Send the order first, or create a case of that name.",
    });
  const facts = { ...factsOfOrder(order.content, store.now()), leukocytes: null, comment: "", signers: 1 };
  const asks = { order: order.id };
  return await createCase(
    store,
    { ...wish, kind: "case.created", asks },
    {
      ...{ id: randomUUID(), facts, model, order: order.id },
    },
  );
}
