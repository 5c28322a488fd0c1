import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import { requireSight } from "leukogram/review/blindness";
import { z } from "zod";
import { requireCase } from "../../store/cases.ts";
import { requireReport, type SignedReport } from "../../store/reports.ts";
import { readConnections } from "../../store/settings/connections.ts";
import { askedBy, READ } from "../access.ts";
import { fhirOf } from "../connections/fhirOf.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { pdfOf } from "../report/pdfOf.ts";
import type { ReportContent } from "../report/reportContent.ts";
import { cellsCsv, countsCsv } from "../report/reportCsv.ts";
import type { FoundReport } from "../report/reportFhir.ts";
import { reportPage } from "../report/reportPage.ts";
import { reportView } from "../report/reportView.ts";
import { reportParams } from "./params.ts";

/** Signed reports: to print, and for machines. */
export function addReportRoutes(app: App, { store }: Laboratory): void {
  const reportFor = async (request: FastifyRequest<{ Params: { report: string } }>) => {
    const found = await requireReport(store, request.params.report);
    const of = await requireCase(store.database.queries, found.caseId);
    requireSight(of, askedBy(request as FastifyRequest).user);
    return [{ ...found, voided: of.voided }, JSON.parse(found.content) as ReportContent] as const;
  };
  const add = (
    [ending, type]: readonly [string, string],
    send: (reply: FastifyReply, found: FoundReport, content: ReportContent) => unknown,
  ) =>
    app.get(
      `${API}/reports/:report(^[0-9a-fA-F-]{36}$)${ending}`,
      { config: { access: READ }, schema: { tags: ["signing"], params: reportParams, produces: [type] } },
      async (request, reply) => {
        return send(reply, ...(await reportFor(request)));
      },
    );
  add(["", "text/html"], (reply, found, content) =>
    reply
      .type("text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'",
      )
      .send(reportPage(reportView(found, found.voided), content)),
  );
  app.get(
    `${API}/reports/:report(^[0-9a-fA-F-]{36}$).pdf`,
    {
      config: { access: READ },
      schema: {
        tags: ["signing"],
        params: reportParams,
        /** Whether a table of all cells follows. */
        querystring: z.object({ appendix: z.stringbool().default(false) }),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const [found, content] = await reportFor(request);
      const pdf = await pdfOf(store, found, { content, withAppendix: request.query.appendix });
      return attach(reply, found, "pdf").type("application/pdf").send(pdf);
    },
  );
  add([".json", "application/json"], (reply, found, content) =>
    attach(reply, found, "json")
      .type("application/json")
      .send({ ...reportView(found, found.voided), content }),
  );
  add([".csv", "text/csv"], (reply, found, content) =>
    attach(reply, found, "csv").type("text/csv; charset=utf-8").send(cellsCsv(content)),
  );
  add([".counts.csv", "text/csv"], (reply, found, content) =>
    attach(reply, found, "counts.csv")
      .type("text/csv; charset=utf-8")
      .send(countsCsv(reportView(found, found.voided), content)),
  );
  add([".fhir.json", "application/fhir+json"], async (reply, found, content) => {
    if (content.full === null) throw new LeukogramError("ERR_CONFLICT", "no cells of this report were counted");
    const settings = await readConnections(store.database.queries);
    const fhir = await fhirOf(store, found, { content, settings });
    return attach(reply, found, "fhir.json").type("application/fhir+json").send(JSON.stringify(fhir));
  });
}

function attach(reply: FastifyReply, { id }: SignedReport, ending: string): FastifyReply {
  return reply.header("content-disposition", `attachment; filename="report-${id}.${ending}"`);
}
