// Whose reference ranges hold for a case: the laboratory's own while they are valid, else those that come with the program.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { CELL_TYPES } from "leukogram/cells/classes";
import { allRanges, contradictionsOf, type ReferenceRanges, readRanges } from "leukogram/differential/referenceRanges";
import type { Queries } from "../../store/database/database.ts";
import type { ReportInput } from "../../store/reports.ts";
import { type LaboratoryRanges, type RangeGroup, readLaboratoryRanges } from "../../store/settings/ranges.ts";

/** Who a case is of, as far as ranges ask. */
export interface RangeFacts {
  readonly age: number | null;
  readonly sex: "female" | "male" | null;
}

/** A case with the reference ranges that hold for it. @param at when it is counted. */
export async function withRanges<T extends RangeFacts>(queries: Queries, found: T, at: Date) {
  return { ...found, ranges: usualRanges(await readLaboratoryRanges(queries), found, at) };
}

/** The reference ranges that hold for a case; `own` are the laboratory's. */
export function usualRanges(own: LaboratoryRanges | undefined, { age, sex }: RangeFacts, at: Date): ReferenceRanges {
  const day = at.toISOString().slice(0, 10);
  if (own === undefined || day < own.from || (own.until !== null && day > own.until))
    return readRanges(age ?? undefined);
  // An adult's, as readRanges.
  const years = age ?? 30;
  const found = own.groups.find(
    (group) => (group.sex === null || group.sex === sex) && years < (group.below ?? Number.POSITIVE_INFINITY),
  )!;
  const valid = own.until === null ? `valid from ${own.from}` : `valid from ${own.from} to ${own.until}`;
  return { ...plainRanges(found), source: `${own.source} (this laboratory, ${valid})` };
}

/** What a report counts its case by. */
export const reportFacts = ({ found, ranges, at }: ReportInput) => ({
  leukocytes: found.leukocytes,
  ranges: usualRanges(ranges, found, at),
});

function plainRanges({ name, leukocytes, percent, absolute }: RangeGroup) {
  return { name, leukocytes: leukocytes ?? undefined, percent, absolute };
}

/** Ages of the program's own table, of the classes that the app counts. */
export function builtInRanges(): Pick<LaboratoryRanges, "source" | "groups"> {
  const own = ([name]: readonly [string, unknown]) => (CELL_TYPES as readonly string[]).includes(name);
  const ofFive = <T>(all: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(all).filter(own));
  const groups = allRanges().map(({ name, below, leukocytes, percent, absolute }) => ({
    ...{ name, sex: null, below: below ?? null, leukocytes: leukocytes ?? null },
    ...{ percent: ofFive(percent), absolute: ofFive(absolute) },
  }));
  return { source: readRanges().source, groups };
}

/** Makes sure that ranges can be used. @throws ERR_USAGE naming what contradicts itself. */
export function requireSoundRanges({ from, until, groups }: LaboratoryRanges): void {
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_USAGE", message, { hint });
  };
  if (until !== null && until < from) refuse("the ranges end before they begin", "Give a later last day, or none.");
  const last = groups.at(-1)!;
  if (last.sex !== null || last.below !== null)
    refuse("the last group does not hold for everybody", "Give it no sex and no age limit: it is for all others.");
  for (const group of groups) {
    const [found] = contradictionsOf(plainRanges(group));
    if (found !== undefined) refuse(`${group.name}: ${found}`, "Check the units and the source.");
  }
}
