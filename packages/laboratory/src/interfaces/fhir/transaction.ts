// A report with what it contains as a transaction, which a server does as a whole or not at all, and can do twice.

import { uuidOf } from "../uuidOf.ts";
import type { Identifier, Resource } from "./resources.ts";

/** What {@link transactionOf} takes. */
export interface TransactionInput {
  readonly controlId: string;
  readonly at: Date;
  /** Observations of earlier versions of the report; those that it has no more are marked as entered in error. */
  readonly earlier: readonly Resource[];
}

/** What the server has of its own, such as the patient: found by its identifier, and made only if it is not there. */
const THEIRS: ReadonlySet<string> = new Set(["Patient", "Device"]);

/** The transaction of a DiagnosticReport: its resources are found by their identifiers, so that a second try, and a later version, replace them. */
export function transactionOf(report: Resource, { controlId, at, earlier }: TransactionInput): Resource {
  const { contained: inside, ...outside } = report;
  const contained = inside as readonly Resource[];
  const kept = new Set(contained.map(keyOf));
  const missed = earlier.filter((one) => one.resourceType === "Observation" && !kept.has(keyOf(one)));
  // The last one of each counts.
  const gone = [...new Map(missed.map((one) => [keyOf(one), one])).values()].map(
    (one): Resource => ({ ...one, id: `gone-${keyOf(one)}`, status: "entered-in-error" }),
  );
  const all = [...contained, ...gone];
  const places = new Map(all.map((one) => [`#${one.id}`, placeOf(one)]));
  const resources = [...all.map(({ id: _, ...one }) => one as Resource), outside as Resource];
  return {
    resourceType: "Bundle",
    id: controlId,
    type: "transaction",
    timestamp: at.toISOString(),
    entry: resources.map((one) => ({ fullUrl: placeOf(one), resource: led(one, places), request: requestOf(one) })),
  };
}

const identifierIn = ({ identifier }: Resource) => (identifier as readonly Identifier[])[0]!;
const keyOf = (one: Resource) => identifierIn(one).value;
const placeOf = (one: Resource) => `urn:uuid:${uuidOf([one.resourceType, keyOf(one)])}`;

function requestOf(one: Resource): object {
  const { system, value } = identifierIn(one);
  const query = `identifier=${encodeURIComponent(`${system}|${value}`)}`;
  if (THEIRS.has(one.resourceType)) return { method: "POST", url: one.resourceType, ifNoneExist: query };
  return { method: "PUT", url: `${one.resourceType}?${query}` };
}

// References within the report lead to the entries.
function led(one: Resource, places: ReadonlyMap<string, string>): Resource {
  return JSON.parse(JSON.stringify(one), (key, value) =>
    key === "reference" && typeof value === "string" ? (places.get(value) ?? value) : value,
  ) as Resource;
}
