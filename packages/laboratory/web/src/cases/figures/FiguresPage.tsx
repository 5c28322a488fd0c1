import type { Figures } from "../../api/types.ts";
import { useLoaded } from "../../api/useLoaded.ts";
import { t } from "../../language/words.ts";
import { Curves, type Line } from "../../runs/Curves.tsx";
import { formatDay } from "../../ui/format.ts";
import { LoadFault } from "../../ui/LoadFault.tsx";
import { usePageTitle } from "../../ui/usePageTitle.ts";
import { DriftTable, MEASURES } from "./DriftTable.tsx";
import { ReadersTable, WeeksTable } from "./FiguresTables.tsx";

type Week = Figures["weeks"][number];

/** How readers and the model did in the last weeks. */
export function FiguresPage() {
  usePageTitle(t("figures.title"));
  const { data, error, reload } = useLoaded<Figures>("/figures");
  return (
    <>
      <h1>{t("figures.title")}</h1>
      <p className="muted">{t("figures.what")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data?.weeks.length === 0 && <p className="empty">{t("figures.none")}</p>}
      {data !== undefined && data.weeks.length > 0 && (
        <>
          <section className="card" aria-labelledby="readers">
            <h2 id="readers">{t("figures.readers")}</h2>
            <p className="muted">{t("figures.readersWhat")}</p>
            <ReadersTable readers={data.readers} />
          </section>
          <section className="card" aria-labelledby="weeks">
            <h2 id="weeks">{t("figures.weeks")}</h2>
            <p className="muted">{t("figures.weeksWhat")}</p>
            <WeeksTable weeks={data.weeks} />
            <p className="muted">{t("figures.since", { week: formatDay(data.weeks[0]!.week) })}</p>
            <div className="curvePair">
              <Curves title={t("figures.shares")} isShare lines={sharesOf(data.weeks)} />
              <Curves title={t("figures.agreementChart")} isShare lines={agreementsOf(data.weeks)} />
            </div>
          </section>
          <section className="card">
            <h2>{t("figures.drift")}</h2>
            <p className="muted">{t("figures.driftWhat")}</p>
            {data.drifts.length > 0 ? (
              <DriftTable drifts={data.drifts} />
            ) : (
              <p className="empty">{t("figures.noDrift")}</p>
            )}
            {data.drifts.some(isJudged) && (
              <div className="curvePair">
                <Curves title={t("figures.driftChart")} lines={changesOf(data)} />
              </div>
            )}
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
  return [
    lineOf(t("figures.columns.rejected"), weeks, ({ rejected, cells }) => [rejected, cells]),
    lineOf(t("figures.columns.unfamiliar"), weeks, ({ unfamiliar, cells }) => [unfamiliar, cells]),
    lineOf(t("figures.columns.familiarity"), weeks, ({ familiarity }) => [
      familiarity ?? 0,
      familiarity === null ? 0 : 1,
    ]),
    lineOf(t("figures.columns.bare"), weeks, ({ bare, cropped }) => [bare, cropped]),
  ].filter(({ points }) => points.length > 0);
}

function agreementsOf(weeks: readonly Week[]): Line[] {
  return [
    lineOf(t("figures.columns.changed"), weeks, ({ changed, sure }) => [changed, sure]),
    lineOf(t("figures.columns.agreement"), weeks, ({ same, readTwice }) => [same, readTwice]),
  ].filter(({ points }) => points.length > 0);
}

const isJudged = ({ measures }: Figures["drifts"][number]) => MEASURES.some((name) => measures[name].change !== null);

// Changes in their limits, between the two lines of these.
function changesOf({ weeks, drifts }: Figures): Line[] {
  const byWeek = new Map(drifts.map(({ week, measures }) => [week, measures]));
  const limit = (value: number): Line => ({
    ...lineOf(t("figures.limit"), weeks, () => [value, 1]),
    ...{ id: `limit ${value}`, isDashed: true },
  });
  const changes = MEASURES.map((name) =>
    lineOf(t(`figures.columns.${name}`), weeks, ({ week }) => {
      const { change = null, limit: whole = 0 } = byWeek.get(week)?.[name] ?? {};
      return change === null ? [0, 0] : [change, whole];
    }),
  ).filter(({ points }) => points.length > 0);
  return [limit(1), ...changes, limit(-1)];
}
