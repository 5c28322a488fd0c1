import type { CaseSummary } from "../api/types.ts";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";
import { useModelNames } from "../models/useModelNames.ts";
import { formatCount, formatMoment } from "../ui/format.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { StatusBadge } from "./StatusBadge.tsx";

/** One line a case. */
export function CasesTable({ cases }: { readonly cases: readonly CaseSummary[] }) {
  const nameOf = useModelNames();
  return (
    <Scroll label={t("cases.title")}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t("cases.columns.name")}</th>
            <th scope="col">{t("cases.columns.status")}</th>
            <th scope="col" className="number">
              {t("cases.columns.cells")}
            </th>
            <th scope="col">{t("cases.columns.reviewed")}</th>
            <th scope="col" className="number">
              {t("cases.columns.waiting")}
            </th>
            <th scope="col">{t("plan.assignee")}</th>
            <th scope="col">{t("plan.due")}</th>
            <th scope="col">{t("cases.columns.model")}</th>
            <th scope="col">{t("cases.columns.created")}</th>
          </tr>
        </thead>
        <tbody>
          {cases.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={href("cases", one.id)}>{one.name}</a>
              </th>
              <td>
                <StatusBadge summary={one} />
              </td>
              <td className="number">{formatCount(one.cells)}</td>
              <td>
                <progress
                  max={Math.max(1, one.cells)}
                  value={one.reviewed}
                  aria-label={t("cases.reviewed", { count: one.reviewed, of: one.cells })}
                />{" "}
                <span className="figure">{t("cases.reviewedOf", { count: one.reviewed, of: one.cells })}</span>
              </td>
              <td className="number">{one.waiting === 0 ? "–" : formatCount(one.waiting)}</td>
              <td>{one.assignee ?? "–"}</td>
              <td className="nowrap">{one.due === null ? "–" : formatMoment(one.due)}</td>
              <td className="muted">{nameOf(one.model)}</td>
              <td className="muted nowrap">
                {formatMoment(one.createdAt)}, {one.createdBy}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
