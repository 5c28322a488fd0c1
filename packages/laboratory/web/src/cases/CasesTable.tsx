import type { CaseSummary } from "../api/types.ts";
import { href } from "../app/router.ts";
import { useModelNames } from "../models/useModelNames.ts";
import { texts } from "../texts.ts";
import { formatCount, formatMoment } from "../ui/format.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { StatusBadge } from "./StatusBadge.tsx";

/** One line a case. */
export function CasesTable({ cases }: { readonly cases: readonly CaseSummary[] }) {
  const { columns } = texts.cases;
  const nameOf = useModelNames();
  return (
    <Scroll label={texts.cases.title}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.status}</th>
            <th scope="col" className="number">
              {columns.cells}
            </th>
            <th scope="col">{columns.reviewed}</th>
            <th scope="col" className="number">
              {columns.waiting}
            </th>
            <th scope="col">{texts.plan.assignee}</th>
            <th scope="col">{texts.plan.due}</th>
            <th scope="col">{columns.model}</th>
            <th scope="col">{columns.created}</th>
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
                  aria-label={texts.cases.reviewed(one.reviewed, one.cells)}
                />{" "}
                <span className="figure">{texts.cases.reviewedOf(one.reviewed, one.cells)}</span>
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
