import type { Figures } from "../../api/types.ts";
import { useLoaded } from "../../api/useLoaded.ts";
import { Curves, type Line } from "../../runs/Curves.tsx";
import { texts } from "../../texts.ts";
import { LoadFault } from "../../ui/LoadFault.tsx";
import { usePageTitle } from "../../ui/usePageTitle.ts";
import { ReadersTable, WeeksTable } from "./FiguresTables.tsx";

type Week = Figures["weeks"][number];

/** How readers and the model did in the last weeks. */
export function FiguresPage() {
  const words = texts.figures;
  usePageTitle(words.title);
  const { data, error, reload } = useLoaded<Figures>("/figures");
  return (
    <>
      <h1>{words.title}</h1>
      <p className="muted">{words.what}</p>
      <LoadFault error={error} onAgain={reload} />
      {data?.weeks.length === 0 && <p className="empty">{words.none}</p>}
      {data !== undefined && data.weeks.length > 0 && (
        <>
          <section className="card" aria-labelledby="readers">
            <h2 id="readers">{words.readers}</h2>
            <p className="muted">{words.readersWhat}</p>
            <ReadersTable readers={data.readers} />
          </section>
          <section className="card" aria-labelledby="weeks">
            <h2 id="weeks">{words.weeks}</h2>
            <p className="muted">{words.weeksWhat}</p>
            <WeeksTable weeks={data.weeks} />
            <p className="muted">{words.since(data.weeks[0]!.week)}</p>
            <div className="curvePair">
              <Curves title={words.shares} isShare lines={sharesOf(data.weeks)} />
              <Curves title={words.agreementChart} isShare lines={agreementsOf(data.weeks)} />
            </div>
          </section>
        </>
      )}
    </>
  );
}

const WEEK = 7 * 86_400_000;

// Points of the weeks that have something to divide by; a week without cases has none.
function lineOf(
  name: string,
  weeks: readonly Week[],
  of: (week: Week) => readonly [part: number, whole: number],
): Line {
  const first = Date.parse(weeks[0]!.week);
  return {
    name,
    points: weeks.flatMap((week) => {
      const [part, whole] = of(week);
      return whole === 0 ? [] : [[Math.round((Date.parse(week.week) - first) / WEEK) + 1, part / whole] as const];
    }),
  };
}

function sharesOf(weeks: readonly Week[]): Line[] {
  const words = texts.figures.columns;
  return [
    lineOf(words.rejected, weeks, ({ rejected, cells }) => [rejected, cells]),
    lineOf(words.unfamiliar, weeks, ({ unfamiliar, cells }) => [unfamiliar, cells]),
    lineOf(words.familiarity, weeks, ({ familiarity }) => [familiarity ?? 0, familiarity === null ? 0 : 1]),
    lineOf(words.bare, weeks, ({ bare, cropped }) => [bare, cropped]),
  ].filter(({ points }) => points.length > 0);
}

function agreementsOf(weeks: readonly Week[]): Line[] {
  const words = texts.figures.columns;
  return [
    lineOf(words.changed, weeks, ({ changed, sure }) => [changed, sure]),
    lineOf(words.agreement, weeks, ({ same, readTwice }) => [same, readTwice]),
  ].filter(({ points }) => points.length > 0);
}
