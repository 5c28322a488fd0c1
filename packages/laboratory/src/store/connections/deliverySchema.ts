// The queue of what goes to other systems, as drizzle sees it.
import { bigint, integer, pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { cases, reports } from "../schema.ts";

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

/** Results and webhooks on their way to another system, or there. */
export const deliveries = pgTable(
  "deliveries",
  {
    id: uuid("id").primaryKey(),
    /** Sequence of the event that queued it: the order in which they are sent. */
    arrival: bigint("arrival", { mode: "number" }).notNull(),
    /** Where it goes. */
    destination: text("destination", { enum: ["results", "webhook"] }).notNull(),
    caseId: uuid("case_id")
      .notNull()
      .references(() => cases.id),
    /** Null if it is about no report. */
    reportId: uuid("report_id").references(() => reports.id),
    /** That the report is there, or that it is void; that all cells of the case are classified. */
    kind: text("kind", { enum: ["report", "void", "ready"] }).notNull(),
    /** Of the message, the same with each try. */
    controlId: text("control_id").notNull().unique(),
    state: text("state", { enum: ["waiting", "sent", "refused"] }).notNull(),
    tries: integer("tries").notNull(),
    /** As it was sent first, and is sent again; null before. */
    message: text("message"),
    answer: text("answer"),
    /** Why the last try failed, or why it was refused. */
    fault: text("fault"),
    createdAt: moment("created_at").notNull(),
    endedAt: moment("ended_at"),
  },
  (table) => [unique().on(table.destination, table.reportId, table.kind)],
);
