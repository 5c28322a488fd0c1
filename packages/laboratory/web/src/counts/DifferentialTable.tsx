import type { CountedClass, Differential } from "../api/types.ts";
import { texts } from "../texts.ts";
import { formatCount, formatLimits, formatShare } from "../ui/format.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { ShareChart } from "./ShareChart.tsx";

interface DifferentialTableProps {
  readonly differential: Pick<Differential, "classes" | "isUnreliable">;
  /** Whether the model's own count is shown. */
  readonly isBefore?: boolean;
  /** Whether there is room for it in a column of its own. */
  readonly isWide?: boolean;
}

/** Counts and shares with 95 % limits, drawn against what is usual; dashes until a cell is counted. */
export function DifferentialTable({
  differential: { classes, isUnreliable },
  isBefore = false,
  isWide = false,
}: DifferentialTableProps) {
  const words = texts.counts;
  const hasAbsolute = classes.some(({ absolute }) => absolute !== null);
  const isCounted = classes.some(({ count }) => count > 0);
  return (
    <div className={isUnreliable ? "differentialParts unreliable" : "differentialParts"}>
      <Scroll label={words.table}>
        <table className="differential">
          <thead>
            <tr>
              <th scope="col">{hasAbsolute ? words.classAbsolute : words.class}</th>
              {isBefore && isWide && (
                <th scope="col" className="number">
                  {words.before}
                </th>
              )}
              <th scope="col" className="number">
                {words.cells}
              </th>
              <th scope="col" className="number">
                {words.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map((one) => (
              <tr key={one.class} className={toneOf(one)}>
                <th scope="row">
                  <LabelBadge label={one.class} withName />
                  {one.position !== "within" && one.position !== "unknown" && (
                    <span className="position">{words.position(one.position)}</span>
                  )}
                  {one.absolute !== null && <span className="limits under">{words.absolute(one.absolute)}</span>}
                </th>
                {isBefore && isWide && <td className="number muted">{formatCount(one.before)}</td>}
                <td className="number">
                  {formatCount(one.count)}
                  {isBefore && !isWide && <span className="limits">{words.beforeOf(one.before)}</span>}
                </td>
                <td className="number">
                  {isCounted ? (
                    <>
                      <strong>{formatShare(one.share.value)}</strong>
                      <span className="limits">{formatLimits(one.share)}</span>
                    </>
                  ) : (
                    "–"
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {isCounted && <ShareChart classes={classes} />}
    </div>
  );
}

function toneOf({ position }: CountedClass): string {
  if (position === "above" || position === "below") return "out";
  return position.startsWith("maybe") ? "maybe" : "";
}
