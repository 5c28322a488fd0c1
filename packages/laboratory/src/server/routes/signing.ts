import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { requireFinished, requireSight } from "leukogram/review/blindness";
import { tallyOf } from "leukogram/review/count";
import { z } from "zod";
import { readCase, voidCase } from "../../store/cases.ts";
import { groupCells } from "../../store/cellGroups.ts";
import { readCells } from "../../store/cells.ts";
import { requireOrder } from "../../store/connections/orders.ts";
import { finishedReading, finishSecondReading, startSecondReading } from "../../store/labels.ts";
import { amendCase, readReports, requireReport, signCase } from "../../store/reports.ts";
import { readRules } from "../../store/settings/rules.ts";
import { askedBy, READ, REVIEW, SIGN } from "../access.ts";
import { agreementNow, agreementOf, differencesOf } from "../agreement.ts";
import { changing } from "../contract/access.ts";
import { agreement, caseSummary, report, sentence } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import { obstacle, reported } from "../contract/signing.ts";
import { reportOf } from "../count.ts";
import { proveSelf } from "../guard/proveSelf.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { criticalOf, criticalOfReport } from "../report/critical.ts";
import { obstaclesOf, obstaclesOfReport } from "../report/obstacles.ts";
import { reportContent } from "../report/reportContent.ts";
import { reportView } from "../report/reportView.ts";
import { withRanges } from "../report/usualRanges.ts";
import { caseView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { caseParams } from "./params.ts";

/** A step of a case for a reason. */
const reasoned = {
  tags: ["signing"],
  params: caseParams,
  headers: changing,
  body: z.object({ reason: z.string().trim().min(1).max(2000) }),
  response: { 200: caseSummary },
};

/** Second readings, signatures and amendments. */
export function addSigningRoutes(app: App, laboratory: Laboratory): void {
  const { store, limits, work } = laboratory;
  const caseOf = async (id: string, user: string) => caseView(await readCase(store, id), user);
  const reviewing = { tags: ["second reading"], params: caseParams, headers: changing, response: { 200: caseSummary } };
  app.post(`${API}/cases/:case/second-reading`, { config: { access: REVIEW }, schema: reviewing }, async (request) => {
    const { case: caseId } = request.params;
    const wish = wishOf(request, { kind: "second-reading.started", asks: { caseId } });
    await startSecondReading(store, wish, { caseId, mayBeFirst: askedBy(request).userId === null });
    return await caseOf(caseId, wish.actor);
  });
  app.post(
    `${API}/cases/:case/second-reading/finish`,
    { config: { access: REVIEW }, schema: reviewing },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "second-reading.finished", asks: { caseId } });
      await finishSecondReading(store, wish, { caseId, agreement: agreementOf });
      return await caseOf(caseId, wish.actor);
    },
  );
  app.get(
    `${API}/cases/:case/agreement`,
    {
      config: { access: READ },
      schema: { tags: ["second reading"], params: caseParams, response: { 200: agreement } },
    },
    async (request) => {
      const found = await readCase(store, request.params.case);
      requireSight(found, askedBy(request).user);
      requireFinished(found);
      const { queries } = store.database;
      const second = await finishedReading(queries, found.id);
      if (second === undefined)
        throw new LeukogramError("ERR_NOT_FOUND", "the case has no second reading", { hint: "Start one first." });
      return agreementNow(second, await readCells(queries, found.id));
    },
  );
  app.get(
    `${API}/cases/:case/signing`,
    {
      config: { access: READ },
      schema: {
        tags: ["signing"],
        params: caseParams,
        response: {
          200: z.object({
            obstacles: z.array(obstacle),
            /** Critical values, a sentence each: signing must say to whom they were reported, and when. */
            critical: z.array(z.string()),
            /** Both with their codes. */
            sentences: z.array(sentence),
          }),
        },
      },
    },
    async (request) => {
      const found = await readCase(store, request.params.case);
      requireSight(found, askedBy(request).user);
      // What was signed once is frozen: the second signature is under the same report.
      if (found.status !== "open") return { obstacles: [], critical: [], sentences: [] };
      const { queries } = store.database;
      const second = await finishedReading(queries, found.id);
      const differences = second === undefined ? [] : differencesOf(await readCells(queries, found.id), second.at);
      const [tally, rules] = [tallyOf(await groupCells(queries, found.id)), await readRules(queries)];
      const report = reportOf(tally, await withRanges(queries, found, store.now()));
      const activeModel = await work.models.active();
      const order = found.orderId === null ? undefined : await requireOrder(queries, found.orderId);
      const facts = { found, tally, report, differences: differences.length, rules, activeModel, order };
      const [obstacles, critical] = [obstaclesOf(facts), criticalOf(report, rules)];
      return {
        ...{ obstacles, critical: critical.map(({ text }) => text) },
        sentences: [...obstacles.map((one) => one.sentence), ...critical],
      };
    },
  );
  app.post(
    `${API}/cases/:case/sign`,
    {
      config: { access: SIGN, rateLimit: { max: 6 * limits.signIns, timeWindow: 60_000 } },
      schema: {
        tags: ["signing"],
        params: caseParams,
        headers: changing,
        body: z.object({
          meaning: z.string().trim().min(1).max(500),
          password: z.string().max(200).optional(),
          ifRevision: z.int().optional(),
          /** Why it is signed despite what stands against it (GET /cases/:case/signing); the report prints both. */
          despite: z.string().trim().min(1).max(2000).optional(),
          /** To whom critical values were reported, and when; the report prints both. */
          reported: reported.optional(),
        }),
        response: { 200: report },
      },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const { password, ...wanted } = request.body;
      if (askedBy(request).via === "session") await proveSelf(laboratory, request, { password, what: "A signature" });
      const wish = wishOf(request, { kind: "case.signed", asks: { caseId, ...wanted } });
      const activeModel = await work.models.active();
      const id = await signCase(store, wish, {
        ...{ caseId, id: randomUUID(), ...wanted },
        against: (input) => obstaclesOfReport(input, activeModel),
        critical: criticalOfReport,
        content: reportContent,
      });
      work.connections.send();
      return reportView(await requireReport(store, id), null);
    },
  );
  app.post(`${API}/cases/:case/amend`, { config: { access: SIGN }, schema: reasoned }, async (request) => {
    const { case: caseId } = request.params;
    const wish = wishOf(request, { kind: "case.amended", asks: { caseId, ...request.body } });
    await amendCase(store, wish, { caseId, reason: request.body.reason });
    return await caseOf(caseId, wish.actor);
  });
  app.post(`${API}/cases/:case/void`, { config: { access: SIGN }, schema: reasoned }, async (request) => {
    const { case: id } = request.params;
    const { reason } = request.body;
    const wish = wishOf(request, { kind: "case.voided", asks: { id, reason } });
    await voidCase(store, wish, { id, reason });
    work.connections.send();
    return await caseOf(id, wish.actor);
  });
  app.get(
    `${API}/cases/:case/reports`,
    {
      config: { access: READ },
      schema: { tags: ["signing"], params: caseParams, response: { 200: z.object({ reports: z.array(report) }) } },
    },
    async (request) => {
      const { id, voided } = await readCase(store, request.params.case);
      return { reports: (await readReports(store, id)).map((row) => reportView(row, voided)) };
    },
  );
}
