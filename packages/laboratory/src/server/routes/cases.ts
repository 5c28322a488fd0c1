import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { z } from "zod";
import { LOCAL } from "../../store/access/sessions.ts";
import { listUsers } from "../../store/access/users.ts";
import { changeCase, createCase, listCases, readCase, requireCase } from "../../store/cases.ts";
import type { Store } from "../../store/store.ts";
import { waitingCases } from "../../store/waiting.ts";
import { askedBy, READ, REVIEW } from "../access.ts";
import { changing } from "../contract/access.ts";
import { caseFacts, caseStatus, caseSummary, queue } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { caseView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { placeOf } from "../work/pace.ts";
import { caseParams } from "./params.ts";

const tags = ["cases"];

/** What may be changed of a case; what is left out stays. */
const caseChange = z.object({
  name: caseFacts.shape.name.optional(),
  leukocytes: caseFacts.shape.leukocytes.unwrap().optional(),
  age: caseFacts.shape.age.unwrap().optional(),
  sex: caseFacts.shape.sex.unwrap().optional(),
  comment: caseFacts.shape.comment.unwrap().optional(),
  signers: caseFacts.shape.signers.unwrap().optional(),
  patient: caseFacts.shape.patient.unwrap().optional(),
  birthDate: caseFacts.shape.birthDate.unwrap().optional(),
  collectedAt: caseFacts.shape.collectedAt.unwrap().optional(),
  assignee: caseFacts.shape.assignee.unwrap().optional(),
  priority: caseFacts.shape.priority.unwrap().optional(),
  due: caseFacts.shape.due.unwrap().optional(),
  ifRevision: z.int().optional(),
});

/** Makes, lists, reads and changes cases. */
export function addCaseRoutes(app: App, { store, work, classification }: Laboratory): void {
  app.post(
    `${API}/cases`,
    {
      config: { access: REVIEW },
      schema: { tags, headers: changing, body: caseFacts, response: { 200: caseSummary } },
    },
    async (request) => {
      const wish = wishOf(request, { kind: "case.created", asks: request.body });
      await requireReader(store, request.body.assignee);
      const model = await work.models.active();
      const id = await createCase(store, wish, { id: randomUUID(), facts: request.body, model });
      return caseView(await readCase(store, id), wish.actor);
    },
  );
  app.get(
    `${API}/cases`,
    {
      config: { access: READ },
      schema: {
        tags,
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
          /** What the name or the comment holds, in any case. */
          search: z.string().trim().max(200).optional(),
          /** The whole name, in any case. */
          name: z.string().trim().max(200).optional(),
          /** Who is to read it. */
          assignee: z.string().trim().max(64).optional(),
          status: caseStatus.optional(),
          sort: z.enum(["newest", "oldest", "name", "urgency"]).default("newest"),
        }),
        response: { 200: z.object({ cases: z.array(caseSummary), next: z.int().nullable() }) },
      },
    },
    async (request) => {
      const rows = await listCases(store, request.query);
      const next = rows.length < request.query.limit ? null : rows.at(-1)!.arrival;
      return { cases: rows.map((row) => caseView(row, askedBy(request).user)), next };
    },
  );
  app.get(
    `${API}/people`,
    { config: { access: READ }, schema: { tags, response: { 200: z.object({ names: z.array(z.string()) }) } } },
    async () => ({ names: await readersOf(store) }),
  );
  app.get(
    `${API}/cases/:case`,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: caseSummary } } },
    async (request) => caseView(await readCase(store, request.params.case), askedBy(request).user),
  );
  app.patch(
    `${API}/cases/:case`,
    {
      config: { access: REVIEW },
      schema: { tags, params: caseParams, headers: changing, body: caseChange, response: { 200: caseSummary } },
    },
    async (request) => {
      const { case: id } = request.params;
      const { ifRevision, ...facts } = request.body;
      await requireReader(store, facts.assignee);
      const wish = wishOf(request, { kind: "case.changed", asks: { id, ...request.body } });
      await changeCase(store, wish, { id, facts, ifRevision });
      return caseView(await readCase(store, id), wish.actor);
    },
  );
  app.get(
    `${API}/cases/:case/queue`,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: queue } } },
    async (request) => {
      const { id } = await requireCase(store.database.queries, request.params.case);
      return placeOf(await waitingCases(store), { caseId: id, secondsPerCell: classification.secondsPerCell });
    },
  );
}

/** Who may read cases; without users that is the local admin. */
async function readersOf(store: Store): Promise<string[]> {
  const users = await listUsers(store);
  if (users.length === 0) return [LOCAL.user];
  return users.filter(({ role, isDisabled }) => role !== "viewer" && !isDisabled).map(({ name }) => name);
}

async function requireReader(store: Store, assignee: string | null | undefined): Promise<void> {
  if (assignee == null || (await readersOf(store)).includes(assignee)) return;
  throw new LeukogramError("ERR_USAGE", `${assignee} is not a user who may read cases`, {
    hint: "GET /people names those who may.",
  });
}
