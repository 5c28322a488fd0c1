// The tables as drizzle sees them; migrations.ts makes them.
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

/** A moment, to the millisecond. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
const count = (name: string) => bigint(name, { mode: "number" });

/** The trail. `content` is canonical JSON, as it was hashed. */
export const events = pgTable("events", {
  sequence: count("sequence").primaryKey(),
  at: moment("at").notNull(),
  actor: text("actor").notNull(),
  kind: text("kind").notNull(),
  caseId: uuid("case_id"),
  content: text("content").notNull(),
  previous: text("previous").notNull(),
  hash: text("hash").notNull(),
  key: uuid("key").notNull().unique(),
});

/** The last event, in one row, which every change locks. */
export const head = pgTable("head", {
  id: integer("id").primaryKey(),
  sequence: count("sequence").notNull(),
  hash: text("hash").notNull(),
});

/** What each wish was answered, so that its second try gets the same. */
export const answers = pgTable("answers", {
  key: uuid("key").primaryKey(),
  /** SHA-256 of who asked for what. */
  wish: text("wish").notNull(),
  answer: jsonb("answer").notNull(),
});

/** Orders of other systems, one for each of a sender's accession numbers. */
export const orders = pgTable(
  "orders",
  {
    id: uuid("id").primaryKey(),
    arrival: count("arrival").notNull(),
    sender: text("sender").notNull(),
    accession: text("accession").notNull(),
    content: jsonb("content").notNull(),
    status: text("status", { enum: ["requested", "cancelled"] }).notNull(),
    receivedAt: moment("received_at").notNull(),
  },
  (table) => [unique().on(table.sender, table.accession)],
);

/** Cases. */
export const cases = pgTable("cases", {
  id: uuid("id").primaryKey(),
  /** Sequence of the event that made it: the order of lists. */
  arrival: count("arrival").notNull().unique(),
  name: text("name").notNull(),
  leukocytes: doublePrecision("leukocytes"),
  age: doublePrecision("age"),
  sex: text("sex", { enum: ["female", "male"] }),
  comment: text("comment").notNull(),
  signers: integer("signers").notNull(),
  status: text("status", { enum: ["open", "signing", "signed", "void"] }).notNull(),
  revision: integer("revision").notNull(),
  model: text("model").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: moment("created_at").notNull(),
  secondReading: text("second_reading", { enum: ["none", "going on", "finished"] }).notNull(),
  secondReader: text("second_reader"),
  /** Who is to read it, and until when (2026-12-01T10:00:00Z). */
  assignee: text("assignee"),
  priority: text("priority", { enum: ["routine", "urgent", "stat"] })
    .notNull()
    .default("routine"),
  due: text("due"),
  /** Why it was reopened after a signature. */
  reason: text("reason"),
  /** Why it is void, if it is. */
  voided: text("voided"),
  /** The order that it was made from, and whose name and birth date (1990-01-31) its reader sees on the specimen. */
  orderId: uuid("order_id").references(() => orders.id),
  patient: text("patient"),
  birthDate: text("birth_date"),
  /** When the specimen was taken, ISO 8601 in UTC. */
  collectedAt: text("collected_at"),
});

/** Cells, with what their model said. */
export const cells = pgTable(
  "cells",
  {
    id: uuid("id").primaryKey(),
    caseId: uuid("case_id")
      .notNull()
      .references(() => cases.id),
    number: integer("number").notNull(),
    /** Sequence of the event that brought it: the order of classification. */
    arrival: count("arrival").notNull(),
    kind: text("kind", { enum: ["crop", "field"] }).notNull(),
    file: text("file").notNull(),
    sha256: text("sha256").notNull(),
    width: integer("width"),
    height: integer("height"),
    status: text("status", { enum: ["waiting", "classified", "bad"] }).notNull(),
    error: text("error"),
    /** The model that answered, and the classes of its probabilities. */
    model: text("model"),
    classes: text("classes").array(),
    probabilities: doublePrecision("probabilities").array(),
    predicted: text("predicted"),
    isRejected: boolean("is_rejected").notNull().default(false),
    familiarity: doublePrecision("familiarity"),
    isUnfamiliar: boolean("is_unfamiliar").notNull().default(false),
    /** Share of its crop that lies beyond the picture, and whether a nucleus was found; null if the model crops nothing. */
    cropOutside: doublePrecision("crop_outside"),
    cropNucleus: boolean("crop_nucleus"),
    /** In the order of MEASURES of figures.ts, each null if it could not be measured; null if none was. */
    measures: doublePrecision("measures").array(),
  },
  (table) => [unique().on(table.caseId, table.file, table.sha256), unique().on(table.caseId, table.number)],
);

/** Cells that were taken out of their cases: their images are kept. */
export const removedCells = pgTable("removed_cells", {
  id: uuid("id").primaryKey(),
  caseId: uuid("case_id")
    .notNull()
    .references(() => cases.id),
  number: integer("number").notNull(),
  file: text("file").notNull(),
  sha256: text("sha256").notNull(),
});

/** Files of announced uploads that have not arrived; `count` where several have one name. */
export const awaitedFiles = pgTable(
  "awaited_files",
  {
    caseId: uuid("case_id")
      .notNull()
      .references(() => cases.id),
    upload: uuid("upload").notNull(),
    file: text("file").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.upload, table.file] })],
);

/** What readers say of cells: one label a reading. */
export const labels = pgTable(
  "labels",
  {
    cellId: uuid("cell_id")
      .notNull()
      .references(() => cells.id),
    reading: text("reading", { enum: ["first", "second"] }).notNull(),
    label: text("label").notNull(),
    /** What it counts as, if it is one of the laboratory's own: as it was when the label was given. */
    countsAs: text("counts_as"),
    by: text("by").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.cellId, table.reading] })],
);

/** Reports, frozen: `content` is canonical JSON and never changes. */
export const reports = pgTable(
  "reports",
  {
    id: uuid("id").primaryKey(),
    caseId: uuid("case_id")
      .notNull()
      .references(() => cases.id),
    number: integer("number").notNull(),
    reason: text("reason"),
    content: text("content").notNull(),
    sha256: text("sha256").notNull(),
    createdAt: moment("created_at").notNull(),
    isFinal: boolean("is_final").notNull(),
  },
  (table) => [unique().on(table.caseId, table.number)],
);

/** Signatures under reports. */
export const signatures = pgTable(
  "signatures",
  {
    reportId: uuid("report_id")
      .notNull()
      .references(() => reports.id),
    by: text("by").notNull(),
    at: moment("at").notNull(),
    meaning: text("meaning").notNull(),
    /** As reports print it; null if the laboratory had not said it. */
    fullName: text("full_name"),
  },
  (table) => [primaryKey({ columns: [table.reportId, table.by] })],
);

/** Models of this laboratory, beside those that are shipped. */
export const models = pgTable("models", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  kind: text("kind", { enum: ["shipped", "adapted", "trained"] }).notNull(),
  parent: text("parent"),
  createdAt: moment("created_at").notNull(),
  classes: text("classes").array().notNull(),
  judged: jsonb("judged"),
  /** What an adaptation without labels found: name and text. */
  findings: jsonb("findings"),
});

/** Trainings and adaptations. */
export const runs = pgTable("runs", {
  id: uuid("id").primaryKey(),
  arrival: count("arrival").notNull().unique(),
  kind: text("kind", { enum: ["train", "adapt"] }).notNull(),
  name: text("name").notNull(),
  status: text("status", {
    enum: ["waiting", "running", "finished", "failed", "cancelled", "interrupted"],
  }).notNull(),
  startedBy: text("started_by").notNull(),
  createdAt: moment("created_at").notNull(),
  finishedAt: moment("finished_at"),
  error: text("error"),
  settings: jsonb("settings").notNull(),
  progress: jsonb("progress").notNull(),
  model: text("model"),
  findings: jsonb("findings"),
});

/** What holds for the whole laboratory, such as the active model. */
export const settings = pgTable("settings", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});
