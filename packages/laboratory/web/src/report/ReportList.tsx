import { API } from "../api/client.ts";
import type { Report } from "../api/types.ts";
import { t } from "../language/words.ts";
import { formatMoment } from "../ui/format.ts";

/** Endings of a report's address, by format; the first opens in the browser, to be read and printed. */
const FORMATS = {
  print: "",
  pdf: ".pdf",
  appendix: ".pdf?appendix=true",
  counts: ".counts.csv",
  cells: ".csv",
  json: ".json",
  fhir: ".fhir.json",
} as const;

/** All that was signed of a case, newest first. */
export function ReportList({ reports }: { readonly reports: readonly Report[] }) {
  if (reports.length === 0) return <p className="muted">{t("report.noReports")}</p>;
  return (
    <ol className="reports">
      {reports.toReversed().map((report) => (
        <li key={report.id} className="card">
          <h3>
            {t("report.number", { count: report.number })} <span className="badge">{stateOf(report)}</span>
          </h3>
          {report.reason !== null && <p>{t("report.because", { reason: report.reason })}</p>}
          <ul className="plain">
            {report.signatures.map(({ by, fullName, at, meaning }) => (
              <li key={by}>{t("report.signature", { by: fullName ?? by, at: formatMoment(at), meaning })}</li>
            ))}
          </ul>
          <p className="muted break small">SHA-256 {report.sha256}</p>
          <p className="row">
            {Object.entries(FORMATS).map(([format, ending]) => (
              <a
                key={format}
                className="button"
                href={`${API}/reports/${report.id}${ending}`}
                {...(ending === "" ? { target: "_blank", rel: "noreferrer" } : { download: "" })}
              >
                {t(`report.formats.${format as keyof typeof FORMATS}`)}
              </a>
            ))}
          </p>
        </li>
      ))}
    </ol>
  );
}

function stateOf({ voided, supersededBy, isFinal }: Report): string {
  if (voided !== null) return t("cases.status.void");
  if (supersededBy !== null) return t("report.superseded", { by: supersededBy });
  return isFinal ? t("report.final") : t("report.open");
}
