// FHIR R4 as far as reports need it: identifiers, and who and what a report is of.
import type { Order } from "../order.ts";
import { uuidOf } from "../uuidOf.ts";

/** A resource. */
export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly [element: string]: unknown;
}

/** A value that is unique in its system. */
export interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** A table of what the URIs of other systems' identifiers are. */
export type Systems = readonly { readonly name: string; readonly uri: string }[];

/** What is the same for the same texts, as RFC 3986 names a UUID. */
export const identifierOf = (texts: readonly string[]): Identifier => ({
  system: "urn:ietf:rfc:3986",
  value: `urn:uuid:${uuidOf(texts)}`,
});

/** The URI of another system's numbers: that of the table, else one that is made of its name. @param kind of what the numbers are */
export function systemOf(kind: "patient" | "order" | "specimen", name: string, systems: Systems): string {
  return systems.find((one) => one.name === name)?.uri ?? `urn:uuid:${uuidOf(["system", kind, name])}`;
}

const typed = (code: string, display: string) => ({
  type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code, display }] },
});

/** The patient of an order. */
export function patientResource(order: Order, systems: Systems): Resource {
  const { patientId, assigner, sender, family, given, birthDate, sex } = order;
  const gender = { F: "female", M: "male", O: "other", A: "other", U: "unknown" }[sex];
  const name = { ...(family && { family }), ...(given && { given: given.split(" ") }) };
  return {
    resourceType: "Patient",
    identifier: [
      {
        ...typed("MR", "Medical record number"),
        ...{ system: systemOf("patient", assigner || sender, systems), value: patientId },
        ...(assigner && { assigner: { display: assigner } }),
      },
    ],
    ...(Object.keys(name).length > 0 && { name: [name] }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
  };
}

/** The order that a report answers, by its number. */
export function orderReference({ placer, accession, sender }: Order, systems: Systems) {
  const type = placer === "" ? typed("FILL", "Filler Identifier") : typed("PLAC", "Placer Identifier");
  const identifier = { ...type, system: systemOf("order", sender, systems), value: placer || accession };
  return { type: "ServiceRequest", identifier };
}

/** What {@link specimenResource} takes. */
export interface SpecimenInput {
  readonly caseId: string;
  readonly name: string;
  readonly order: Order | undefined;
  readonly collectedAt: string | undefined;
  readonly systems: Systems;
}

/** The specimen of a case. */
export function specimenResource({ caseId, name, order, collectedAt, systems }: SpecimenInput): Resource {
  const accession = order && {
    ...typed("ACSN", "Accession ID"),
    ...{ system: systemOf("specimen", order.sender, systems), value: order.accession },
  };
  return {
    resourceType: "Specimen",
    identifier: [identifierOf([caseId, "specimen"]), { system: systemOf("specimen", "", []), value: name }],
    ...(accession && { accessionIdentifier: accession }),
    type: {
      coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0487", code: "BLD", display: "Whole blood" }],
    },
    ...(collectedAt && { collection: { collectedDateTime: collectedAt } }),
  };
}
