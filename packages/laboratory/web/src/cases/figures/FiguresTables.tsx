import type { Figures } from "../../api/types.ts";
import { decimal, t } from "../../language/words.ts";
import { formatCount, formatDay, formatShare } from "../../ui/format.ts";
import { Scroll } from "../../ui/Scroll.tsx";

/** A share with what it is of; a dash if there is nothing. */
function share(part: number, whole: number): string {
  return whole === 0 ? "–" : t("figures.of", { share: formatShare(part / whole), of: formatCount(whole) });
}

/** One line a reader. */
export function ReadersTable({ readers }: { readonly readers: Figures["readers"] }) {
  return (
    <Scroll label={t("figures.readers")}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t("figures.columns.reader")}</th>
            {[t("figures.columns.labelled"), t("figures.columns.changed"), t("figures.columns.agreement")].map(
              (column) => (
                <th key={column} scope="col" className="number">
                  {column}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {readers.map(({ name, labelled, sure, changed, readTwice, same }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{formatCount(labelled)}</td>
              <td className="number">{share(changed, sure)}</td>
              <td className="number">{share(same, readTwice)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** One line a week, the latest first. */
export function WeeksTable({ weeks }: { readonly weeks: Figures["weeks"] }) {
  return (
    <Scroll label={t("figures.weeks")}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t("figures.columns.week")}</th>
            {[
              t("figures.columns.cases"),
              t("figures.columns.signed"),
              t("figures.columns.cells"),
              t("figures.columns.rejected"),
              t("figures.columns.unfamiliar"),
              t("figures.columns.familiarity"),
              t("figures.columns.bare"),
              t("figures.columns.changed"),
              t("figures.columns.agreement"),
            ].map((column) => (
              <th key={column} scope="col" className="number">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...weeks].reverse().map((week) => (
            <tr key={week.week}>
              <th scope="row" className="nowrap">
                {formatDay(week.week)}
              </th>
              <td className="number">{formatCount(week.cases)}</td>
              <td className="number">{formatCount(week.signed)}</td>
              <td className="number">{formatCount(week.cells)}</td>
              <td className="number">{share(week.rejected, week.cells)}</td>
              <td className="number">{share(week.unfamiliar, week.cells)}</td>
              <td className="number">{week.familiarity === null ? "–" : decimal(week.familiarity, 2)}</td>
              <td className="number">{share(week.bare, week.cropped)}</td>
              <td className="number">{share(week.changed, week.sure)}</td>
              <td className="number">{share(week.same, week.readTwice)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
