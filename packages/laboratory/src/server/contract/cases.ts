// Cases, their cells, and what readers say of them, as they go over the wire.

import { COUNTED_AS } from "leukogram/review/labels";
import { z } from "zod";

/** What a reader may call a cell: a label that every laboratory has, a known type, or one of the laboratory's own (GET /labels). */
export const label = z.string().min(1).max(200);

/** What a cell may count as, whatever it is called. */
export const countedAs = z.enum(COUNTED_AS);

/** Which reading a label belongs to. */
export const reading = z.enum(["first", "second"]);

/** A point in time, ISO 8601 in UTC. */
export const moment = z.iso.datetime();

/** A value with its 95 % limits. */
export const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** Where a case stands. */
export const caseStatus = z.enum(["open", "signing", "signed", "void"]);

/** Whose reference ranges. */
export const sex = z.enum(["female", "male"]);

/** What may be said of a case when it is made, and changed until it is signed. */
export const caseFacts = z.object({
  /** Name or number of the specimen; no name of a patient belongs here. */
  name: z.string().trim().min(1).max(200),
  /** White cells, 10^9 per litre, for absolute counts. */
  leukocytes: z.number().positive().max(2000).nullable().default(null),
  /** Years, for usual ranges; an adult's where null. */
  age: z.number().min(0).max(130).nullable().default(null),
  /** For reference ranges by sex; null if it is not known. */
  sex: sex.nullable().default(null),
  comment: z.string().max(10_000).default(""),
  /** How many must sign. */
  signers: z.union([z.literal(1), z.literal(2)]).default(1),
  /** The patient's name and birth date as they stand on the specimen, of a case that was made from an order. */
  patient: z.string().trim().min(1).max(500).nullable().default(null),
  birthDate: z.iso.date().nullable().default(null),
  /** When the specimen was taken. */
  collectedAt: moment.nullable().default(null),
  /** Who is to read it: a user who may. */
  assignee: z.string().trim().min(1).max(64).nullable().default(null),
  priority: z.enum(["routine", "urgent", "stat"]).default("routine"),
  /** Until when, to the second: 2026-12-01T10:00:00Z. */
  due: z.iso.datetime({ precision: 0 }).nullable().default(null),
});

/** A case, as a list shows it. */
export const caseSummary = caseFacts.extend({
  id: z.uuid(),
  /** The order that it was made from. */
  order: z.uuid().nullable(),
  status: caseStatus,
  /** Grows by one with each change; a change may demand one (`ifRevision`) and is refused with 409 where it is another. */
  revision: z.int(),
  /** The model that answers for its cells. */
  model: z.string(),
  cells: z.int(),
  /** Cells that wait for the model. */
  waiting: z.int(),
  /** Images that could not be read. */
  bad: z.int(),
  /** Cells that a first reading labelled. */
  reviewed: z.int(),
  /** Files of announced uploads that have not arrived. */
  awaited: z.int(),
  /** Why it was opened again after a signature, the last time. */
  amendment: z.string().nullable(),
  /** Why it is void; null if it is not. */
  voided: z.string().nullable(),
  createdBy: z.string(),
  createdAt: moment,
  secondReading: z.enum(["none", "going on", "finished"]),
  /** Whether the one who asks is its second reader, who sees no answers until the end. */
  isBlind: z.boolean(),
});

/** Who has a case open in other pages, by name. */
export const readers = z.object({ others: z.array(z.string()) });

/** A cell. */
export const cell = z.object({
  id: z.uuid(),
  /** From 1, in order of arrival in its case. */
  number: z.int(),
  kind: z.enum(["crop", "field"]),
  file: z.string(),
  /** Of the file's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.int().nullable(),
  height: z.int().nullable(),
  status: z.enum(["waiting", "classified", "bad"]),
  /** Why the image could not be read, or why it waits for longer. */
  error: z.string().nullable(),
  /** In the order of the model's classes; null if it waits, is bad, or is withheld from a blind reader. */
  probabilities: z.array(z.number()).nullable(),
  /** The most probable of the model's classes that count as what it calls the cell. */
  predicted: z.string().nullable(),
  /** Probability of what the model calls the cell: of the classes together that count as it. */
  certainty: z.number().nullable(),
  /** Whether the model is not sure enough of it. */
  isRejected: z.boolean(),
  /** Share of the model's own images that look as strange, or stranger. */
  familiarity: z.number().nullable(),
  /** Whether it looks unlike what the model was trained on. */
  isUnfamiliar: z.boolean(),
  /** Share of its crop that lies beyond the picture, and whether a nucleus was found; null if the model crops nothing. */
  crop: z.object({ outside: z.number(), nucleus: z.boolean() }).nullable(),
  /** What the reader of this reading said. */
  label: label.nullable(),
  labelledBy: z.string().nullable(),
  labelledAt: moment.nullable(),
  /** What it counts as: by the reader's label, else the model's, else Unidentified. */
  counted: countedAs.nullable(),
});

/** Labels of one or many cells at once; null takes the reader's label away. */
export const labelChange = z.object({
  reading: reading.default("first"),
  changes: z
    .array(
      z.object({
        cell: z.uuid(),
        label: label.nullable(),
        /** The label that the reader saw: a cell that has another by now keeps it, and is answered as a conflict. Left out, any is replaced. */
        replaces: label.nullable().optional(),
      }),
    )
    .min(1)
    .max(5000),
  /** What the reader did, for the trail. */
  via: z.enum(["keyboard", "drag", "menu", "undo", "redo", "settle", "api"]).default("api"),
  ifRevision: z.int().optional(),
});

/** Cells to move to another open case, or, with null, to take out; the report and the trail keep why. */
export const cellMove = z.object({
  cells: z.array(z.uuid().toLowerCase()).min(1).max(5000),
  to: z.uuid().toLowerCase().nullable(),
  reason: z.string().trim().min(1).max(2000),
});

/** Other cases that may be of the same specimen; void ones are left out. */
export const twins = z.object({
  /** Under the same name. */
  named: z.array(z.object({ id: z.uuid(), name: z.string() })),
  /** With the same images, and how many. */
  sharing: z.array(z.object({ id: z.uuid(), name: z.string(), images: z.int() })),
});

/** Where a case stands among those whose cells wait; place null if none of its own does. */
export const queue = z.object({
  place: z.int().nullable(),
  of: z.int(),
  /** Until all its cells are classified; null if nothing waits, or it is not known yet. */
  secondsLeft: z.number().nullable(),
});

/** A cell that somebody else labelled meanwhile: that label stays, and what was wanted is in the trail. */
export const labelConflict = z.object({
  cell: z.uuid(),
  number: z.int(),
  /** What it is called now, and by whom; null if its label was taken away. */
  label: label.nullable(),
  by: z.string().nullable(),
  wanted: label.nullable(),
});

/** A sentence in English, with its stable code and what it speaks of, by which it is written in other languages. */
export const sentence = z.object({
  code: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  text: z.string(),
});

/** One class of a differential count. */
export const countedClass = z.object({
  class: z.string(),
  count: z.int(),
  share: estimate,
  absolute: estimate.nullable(),
  range: z.tuple([z.number(), z.number()]).nullable(),
  position: z.string(),
  /** Cells that the model alone gave this class, before any review. */
  before: z.int(),
});

/** Cells of one name that says more than what they count as. */
export const countedSubtype = z.object({
  name: z.string(),
  countsAs: countedAs,
  count: z.int(),
  /** Those that a reader called so; the others the model did. */
  byReaders: z.int(),
  /** Of the leukocytes counted; null for what is none. */
  share: estimate.nullable(),
});

/** Nucleated red cells, for 100 leukocytes, and the white cells without them, 10^9 per litre, if their number is known. */
export const nucleatedRedCells = z.object({
  count: z.int(),
  per100: estimate,
  correctedLeukocytes: estimate.nullable(),
  /** Whether absolute counts are of the corrected number. */
  isCorrected: z.boolean(),
});

/** A differential count. */
export const differential = z.object({
  /** Leukocytes counted, unidentified ones left out: what shares are of. */
  cells: z.int(),
  unidentified: z.int(),
  artefacts: z.int(),
  smudges: z.int(),
  /** Cells that are neither leukocytes nor nucleated red cells, as platelets: they count nowhere. */
  notLeukocytes: z.int(),
  waiting: z.int(),
  /** The five types and, if there are any, the leukocytes that are none of them (OtherLeukocyte). */
  classes: z.array(countedClass),
  /** Names that say more than what they count as: the laboratory's own labels, and types beyond the five. */
  subtypes: z.array(countedSubtype),
  /** Nucleated red cells; null if none was found. */
  erythroblasts: nucleatedRedCells.nullable(),
  /** How many were cropped; those whose crop leaves the picture by more than a tenth; those without a nucleus. Null if none was cropped. */
  crops: z.object({ crops: z.int(), leaving: z.int(), withoutNucleus: z.int() }).nullable(),
  /** What a reader must know before the shares, most of all that the cells look unlike the model's; these stand among the flags too. */
  warnings: z.array(z.string()),
  /** Whether the shares rest on what the model says of such cells, as no reader has reviewed them. */
  isUnreliable: z.boolean(),
  flags: z.array(z.string()),
  notes: z.array(z.string()),
  /** Warnings, flags and notes with their codes. */
  sentences: z.array(sentence),
});

/** How two readings agree, as the second was finished. */
export const agreement = z.object({
  /** Cells that readers labelled in both. */
  cells: z.int(),
  same: estimate,
  kappa: estimate,
  /** Cells of the second reading that the first reader had left to the model, and how many of these it called the same. */
  byModel: z.object({ cells: z.int(), same: z.int() }),
  /** Who labelled. */
  readers: z.object({ first: z.array(z.string()), second: z.array(z.string()) }),
  /** [first][second], in the order of `labels`. */
  table: z.array(z.array(z.int())),
  labels: z.array(z.string()),
  /** What counts now, against the second reading; what was settled since is left out. */
  differences: z.array(z.object({ cell: z.uuid(), number: z.int(), first: label, second: label })),
});

/** One signature. */
export const signature = z.object({
  by: z.string(),
  /** As the laboratory's settings had it then; null if they had none. */
  fullName: z.string().nullable(),
  at: moment,
  meaning: z.string(),
});

/** A report that was signed. */
export const report = z.object({
  id: z.uuid(),
  /** From 1; those after it are amendments. */
  number: z.int(),
  /** Why, for an amendment. */
  reason: z.string().nullable(),
  /** Why its case is void; null if it is not. */
  voided: z.string().nullable(),
  /** The number of the final report that took its place; null if none did. */
  supersededBy: z.int().nullable(),
  signatures: z.array(signature),
  isFinal: z.boolean(),
  /** SHA-256 of its content's canonical JSON. */
  sha256: z.string(),
  createdAt: moment,
});
