// Counts for the page of figures, in few rows however many cells there are. Void cases and cases in a blind reading are left out.
import { type SQL, sql } from "drizzle-orm";
import { type Queries, tellIfGone } from "./database/database.ts";

/** Cells of a week that a model called alike and a reader labelled alike. */
export interface CellFigures {
  /** Monday of the week in which their case was made, UTC. */
  readonly week: string;
  /** Who labelled them; null if nobody did. */
  readonly by: string | null;
  /** What a reader's label counts as, if it is the laboratory's own; else the label. */
  readonly label: string | null;
  readonly predicted: string | null;
  readonly isRejected: boolean;
  readonly isUnfamiliar: boolean;
  readonly count: number;
  /** Sum of their familiarity, and how many have one. */
  readonly familiarity: number;
  readonly familiar: number;
  /** How many were cropped, and of these without a nucleus. */
  readonly cropped: number;
  readonly bare: number;
}

const COUNTED = sql`c.status <> 'void' and c.second_reading <> 'going on'`;
const WEEK = sql`to_char(date_trunc('week', c.created_at at time zone 'UTC'), 'YYYY-MM-DD')`;

/** Classified cells of cases that were made since then. */
export async function cellFigures(queries: Queries, since: Date): Promise<CellFigures[]> {
  const { rows } = (await queries
    .execute(
      sql`select ${WEEK} as week, l.by, coalesce(l.counts_as, l.label) as label, s.predicted, s.is_rejected as "isRejected", s.is_unfamiliar as "isUnfamiliar",
        count(*)::int as count, coalesce(sum(s.familiarity), 0)::float8 as familiarity, count(s.familiarity)::int as familiar,
        count(s.crop_nucleus)::int as cropped, (count(*) filter (where s.crop_nucleus = false))::int as bare
      from cells s join cases c on c.id = s.case_id left join labels l on l.cell_id = s.id and l.reading = 'first'
      where s.status = 'classified' and ${COUNTED} and c.created_at >= ${since.toISOString()}::timestamptz
      group by 1, 2, 3, 4, 5, 6`,
    )
    .catch(tellIfGone)) as unknown as { rows: CellFigures[] };
  return rows;
}

/**
 * What is measured of a cell's picture, in the order in which cells keep it: level and red less blue of the background, 0 to 255; density
 * of the cell, and red less blue of it; diameter of its nucleus in pixels of the file, if its model crops.
 */
export const MEASURES = ["background", "cast", "stain", "hue", "nucleus"] as const;

/** Cells of a week that one model called alike: how many of them have each of {@link MEASURES}, and the sums of these and of their squares. */
export interface MeasuredCells {
  readonly week: string;
  readonly model: string;
  readonly predicted: string;
  readonly counts: readonly number[];
  readonly sums: readonly number[];
  readonly squares: readonly number[];
}

/** Measures of classified cells of cases that were made since then. */
export async function measuredCells(queries: Queries, since: Date): Promise<MeasuredCells[]> {
  const of = (part: (measure: SQL) => SQL) =>
    sql.join(
      MEASURES.map((_, i) => part(sql.raw(`s.measures[${i + 1}]`))),
      sql`, `,
    );
  const { rows } = (await queries
    .execute(
      sql`select ${WEEK} as week, s.model, s.predicted, array[${of((measure) => sql`count(${measure})::int`)}] as counts,
        array[${of((measure) => sql`coalesce(sum(${measure}), 0)::float8`)}] as sums,
        array[${of((measure) => sql`coalesce(sum(${measure} * ${measure}), 0)::float8`)}] as squares
      from cells s join cases c on c.id = s.case_id
      where s.status = 'classified' and s.measures is not null and ${COUNTED} and c.created_at >= ${since.toISOString()}::timestamptz
      group by 1, 2, 3`,
    )
    .catch(tellIfGone)) as unknown as { rows: MeasuredCells[] };
  return rows;
}

/** A case of a week: whether it is signed, and the agreement of its last finished second reading. */
export interface CaseFigures {
  readonly week: string;
  readonly isSigned: boolean;
  readonly agreement: string | null;
}

/** Cases that were made since then. */
export async function caseFigures(queries: Queries, since: Date): Promise<CaseFigures[]> {
  const { rows } = (await queries
    .execute(
      sql`select ${WEEK} as week, c.status = 'signed' as "isSigned", (
        select content from events e where e.case_id = c.id and e.kind = 'second-reading.finished'
        order by sequence desc limit 1) as agreement
      from cases c where ${COUNTED} and c.created_at >= ${since.toISOString()}::timestamptz`,
    )
    .catch(tellIfGone)) as unknown as { rows: CaseFigures[] };
  return rows;
}
