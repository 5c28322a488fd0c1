// What goes over the wire, as the server's contract says it; types alone, so that no zod comes into the page.
import type { z } from "zod";
import type * as cases from "../../../src/server/contract/cases.ts";
import type * as work from "../../../src/server/contract/work.ts";

export type Label = z.infer<typeof cases.label>;
export type Reading = z.infer<typeof cases.reading>;
export type Estimate = z.infer<typeof cases.estimate>;
export type CaseFacts = z.infer<typeof cases.caseFacts>;
export type CaseSummary = z.infer<typeof cases.caseSummary>;
export type Cell = z.infer<typeof cases.cell>;
export type LabelChange = z.infer<typeof cases.labelChange>;
export type Via = LabelChange["via"];
export type CountedClass = z.infer<typeof cases.countedClass>;
export type Differential = z.infer<typeof cases.differential>;
export type Agreement = z.infer<typeof cases.agreement>;
export type Uploaded = z.infer<typeof cases.uploaded>;
export type Report = z.infer<typeof cases.report>;
export type TrailEvent = z.infer<typeof work.event>;
export type Verified = z.infer<typeof work.verified>;
export type Scale = z.infer<typeof work.scale>;
export type Model = z.infer<typeof work.model>;
export type Run = z.infer<typeof work.run>;
export type Session = z.infer<typeof work.session>;
export type User = z.infer<typeof work.user>;
export type Token = z.infer<typeof work.token>;
export type Role = (typeof work.ROLES)[number];
export type Scope = (typeof work.SCOPES)[number];
