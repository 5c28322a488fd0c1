import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyReply } from "fastify";
import { cropWords } from "leukogram/cells/cropCounts";
import { scaleText } from "leukogram/data/scale/scale";
import { diagnosticReport } from "leukogram/differential/fhir";
import type { DifferentialReport } from "leukogram/differential/types";
import { requireSight } from "leukogram/review/blindness";
import { requireCase } from "../../store/cases.ts";
import { requireReport, type SignedReport } from "../../store/reports.ts";
import { askedBy, READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { reportParams } from "../params.ts";
import type { ReportContent } from "../report/reportContent.ts";
import { cellsCsv, countsCsv } from "../report/reportCsv.ts";
import { agreementWords, criticalWords, despiteWords, reportPage, warningsOf } from "../report/reportPage.ts";
import { reportView } from "./signing.ts";

/** A report, and why its case is void. */
type FoundReport = SignedReport & { readonly voided: string | null };

/** Signed reports: to print, and for machines. */
export function addReportRoutes(app: App, { store }: Laboratory): void {
  const add = (
    [ending, type]: readonly [string, string],
    send: (reply: FastifyReply, found: FoundReport, content: ReportContent) => unknown,
  ) =>
    app.get(
      `${API}/reports/:report(^[0-9a-fA-F-]{36}$)${ending}`,
      { config: { access: READ }, schema: { tags: ["signing"], params: reportParams, produces: [type] } },
      async (request, reply) => {
        const found = await requireReport(store, request.params.report);
        const of = await requireCase(store.database.queries, found.caseId);
        requireSight(of, askedBy(request).user);
        return send(reply, { ...found, voided: of.voided }, JSON.parse(found.content) as ReportContent);
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
  add([".fhir.json", "application/fhir+json"], (reply, found, content) => {
    if (content.full === null) throw new LeukogramError("ERR_CONFLICT", "no cells of this report were counted");
    const model = { name: content.model, version: content.software.version };
    const { case: facts, agreement } = content;
    const fhir = diagnosticReport(content.full as DifferentialReport, {
      ...{ model, identifier: found.id, specimen: facts.name, signers: found.signatures.map(({ by }) => by) },
      warnings: warningsOf(content),
      remarks: [
        found.voided === null ? "" : `Void: ${found.voided}`,
        content.critical === undefined ? "" : criticalWords(content.critical),
        content.despite === undefined ? "" : despiteWords(content.despite),
        found.reason === null ? "" : `Amended: ${found.reason}`,
        facts.comment === "" ? "" : `Comment: ${facts.comment}`,
        agreement === null ? "" : agreementWords(agreement),
        content.scale === undefined ? "" : `Scale: ${scaleText(content.scale)}.`,
        // Reports of older versions have none.
        ...cropWords(content.differential.crops ?? null),
      ].filter((remark) => remark !== ""),
      ...statusOf(found),
    });
    return attach(reply, found, "fhir.json").type("application/fhir+json").send(JSON.stringify(fhir));
  });
}

// Unsigned by one of two it is preliminary; what was amended says so.
function statusOf({ isFinal, number, createdAt, signatures, voided }: FoundReport) {
  const status =
    voided !== null
      ? ("entered-in-error" as const)
      : !isFinal
        ? ("preliminary" as const)
        : number > 1
          ? ("amended" as const)
          : ("final" as const);
  // The last signature made it what it is.
  return { status, issued: (signatures.at(-1)?.at ?? createdAt).toISOString() };
}

function attach(reply: FastifyReply, { id }: SignedReport, ending: string): FastifyReply {
  return reply.header("content-disposition", `attachment; filename="report-${id}.${ending}"`);
}
