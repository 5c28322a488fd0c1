// What goes over the wire, as the server's contract says it; types alone, so that no zod comes into the page.
import type { z } from "zod";
import type * as access from "../../../src/server/contract/access.ts";
import type * as cases from "../../../src/server/contract/cases.ts";
import type * as connections from "../../../src/server/contract/connections.ts";
import type * as figures from "../../../src/server/contract/figures.ts";
import type * as labels from "../../../src/server/contract/labels.ts";
import type * as limits from "../../../src/server/contract/limits.ts";
import type * as reporting from "../../../src/server/contract/reporting.ts";
import type * as signing from "../../../src/server/contract/signing.ts";
import type * as uploads from "../../../src/server/contract/uploads.ts";
import type * as work from "../../../src/server/contract/work.ts";

/** What a cell is called. */
export type Label = z.infer<typeof cases.label>;
/** The laboratory's labels and their keys. */
export type Labels = z.infer<typeof labels.labelSet>;
/** Which reading of a case. */
export type Reading = z.infer<typeof cases.reading>;
/** A share with its 95 % limits. */
export type Estimate = z.infer<typeof cases.estimate>;
/** What a case says beside its cells. */
export type CaseFacts = z.infer<typeof cases.caseFacts>;
/** A case as a list shows it. */
export type CaseSummary = z.infer<typeof cases.caseSummary>;
/** Who else has a case open. */
export type Readers = z.infer<typeof cases.readers>;
/** Where a case stands among those that wait for the model. */
export type CaseQueue = z.infer<typeof cases.queue>;
/** Other cases that may be of the same specimen. */
export type CaseTwins = z.infer<typeof cases.twins>;
/** A cell with its answer and labels. */
export type Cell = z.infer<typeof cases.cell>;
/** New labels of cells. */
export type LabelChange = z.infer<typeof cases.labelChange>;
/** A cell that somebody else labelled meanwhile. */
export type LabelConflict = z.infer<typeof cases.labelConflict>;
/** By what a label was given: keyboard, drag, menu, undo, redo, settling a difference, the API. */
export type Via = LabelChange["via"];
/** A type's row in the count. */
export type CountedClass = z.infer<typeof cases.countedClass>;
/** The count of a case. */
export type Differential = z.infer<typeof cases.differential>;
/** How far two readings agree. */
export type Agreement = z.infer<typeof cases.agreement>;
/** What became of an upload. */
export type Uploaded = z.infer<typeof uploads.uploaded>;
/** An announced upload. */
export type Announced = z.infer<typeof uploads.announced>;
/** Announced files that have not arrived. */
export type Awaited = z.infer<typeof uploads.awaited>;
/** Something that stands against a signature. */
export type Obstacle = z.infer<typeof signing.obstacle>;
/** What the laboratory demands of a count before it is signed. */
export type Rules = z.infer<typeof signing.rules>;
/** Lower and upper limits of classes. */
export type ClassLimits = z.infer<typeof limits.limits>;
/** A laboratory's own reference ranges. */
export type Ranges = z.infer<typeof limits.ranges>;
/** Those of the laboratory and of the program. */
export type KnownRanges = z.infer<typeof limits.knownRanges>;
/** How the laboratory's reports look. */
export type Reporting = z.infer<typeof reporting.reporting>;
/** An order of another system. */
export type Order = z.infer<typeof connections.order>;
/** Connections to other systems, as they are set. */
export type ConnectionsSettings = z.infer<typeof connections.connections>;
/** The same, with secrets that change. */
export type ConnectionsChange = z.infer<typeof connections.connectionsChange>;
/** The same, and how they are doing. */
export type Connections = z.infer<typeof connections.connectionsNow>;
/** What a watched folder did. */
export type Watched = z.infer<typeof connections.watched>;
/** A result on its way to another system, or there. */
export type Delivery = z.infer<typeof connections.delivery>;
/** The message that would be sent for a case. */
export type MessagePreview = z.infer<typeof connections.preview>;
/** A signed report. */
export type Report = z.infer<typeof cases.report>;
/** An event of the audit trail. */
export type TrailEvent = z.infer<typeof work.event>;
/** What checking the trail found. */
export type Verified = z.infer<typeof work.verified>;
/** The laboratory's scale. */
export type Scale = z.infer<typeof work.scale>;
/** A model that the laboratory has. */
export type Model = z.infer<typeof work.model>;
/** What an adaptation without labels found. */
export type Findings = Model["findings"];
/** How many cells there are to adapt by without labels. */
export type UnlabelledCells = z.infer<typeof work.unlabelledCells>;
/** A training or an adaptation. */
export type Run = z.infer<typeof work.run>;
/** Who is signed in. */
export type Session = z.infer<typeof work.session>;
/** What the laboratory demands of those who sign in. */
export type AccessRules = z.infer<typeof access.accessRules>;
/** A second factor that is being set up. */
export type NewCode = z.infer<typeof access.newCode>;
/** Figures of readers and of quality by week. */
export type Figures = z.infer<typeof figures.figures>;
/** A user. */
export type User = z.infer<typeof work.user>;
/** A token of the API. */
export type Token = z.infer<typeof work.token>;
/** What a user may do. */
export type Role = (typeof work.ROLES)[number];
/** What a token may do. */
export type Scope = (typeof work.SCOPES)[number];
