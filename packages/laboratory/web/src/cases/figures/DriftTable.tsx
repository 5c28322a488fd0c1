import type { Figures } from "../../api/types.ts";
import { decimal, t } from "../../language/words.ts";
import { formatCount, formatDay, formatShare } from "../../ui/format.ts";
import { Scroll } from "../../ui/Scroll.tsx";

type Drift = Figures["drifts"][number];
type Measure = keyof Drift["measures"];

/** Decimals of a measure, and whether its changes are shares. */
const SHOWN = [
  { measure: "background", digits: 0, isShare: false },
  { measure: "cast", digits: 0, isShare: false },
  { measure: "stain", digits: 2, isShare: true },
  { measure: "hue", digits: 2, isShare: false },
  { measure: "nucleus", digits: 0, isShare: true },
] as const satisfies readonly { readonly measure: Measure; readonly digits: number; readonly isShare: boolean }[];

/** Names of the measures, in the order in which they are shown. */
export const MEASURES = SHOWN.map(({ measure }) => measure);

/** Stain and scale, one line a week, the latest first. */
export function DriftTable({ drifts }: { readonly drifts: Figures["drifts"] }) {
  return (
    <Scroll label={t("figures.drift")}>
      <table className="list drifts">
        <thead>
          <tr>
            <th scope="col">{t("figures.columns.week")}</th>
            <th scope="col" className="number">
              {t("figures.columns.measured")}
            </th>
            {SHOWN.map(({ measure }) => (
              <th key={measure} scope="col" className="number">
                {t(`figures.columns.${measure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...drifts].reverse().map(({ week, measures }) => (
            <tr key={week}>
              <th scope="row" className="nowrap">
                {formatDay(week)}
              </th>
              <td className="number">{formatCount(measures.background.cells)}</td>
              {SHOWN.map(({ measure, digits, isShare }) => (
                <td key={measure} className="number">
                  <Change measured={measures[measure]} digits={digits} isShare={isShare} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface ChangeProps {
  readonly measured: Drift["measures"][Measure];
  readonly digits: number;
  readonly isShare: boolean;
}

function Change({ measured: { mean, deviation, change, isDrift }, digits, isShare }: ChangeProps) {
  if (mean === null || deviation === null) return "–";
  const level = <span className="nowrap">{`${decimal(mean, digits)} ± ${decimal(deviation, digits)}`}</span>;
  if (change === null) return level;
  const size = isShare ? formatShare(Math.abs(change)) : decimal(Math.abs(change), digits);
  const sign = Math.abs(change) < 0.5 * 10 ** -(isShare ? 3 : digits) ? "" : change < 0 ? "−" : "+";
  const away = <span className="nowrap">{`(${sign}${size})${isDrift ? ` ${t("figures.drifts")}` : ""}`}</span>;
  return isDrift ? (
    <strong className="drift">
      {level} {away}
    </strong>
  ) : (
    <>
      {level} {away}
    </>
  );
}
