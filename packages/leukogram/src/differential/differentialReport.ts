import type { Estimate } from "@leukogram/engine/core/estimate";
import type { Sentence } from "@leukogram/engine/core/sentence";
import { countedShares, type DifferentialClass } from "../metrics/differential.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import { NOT_OF_FIVE } from "../review/rollUp.ts";
import { type CountedCells, erythroblastShare, groupsOf, whiteOf } from "./countCells.ts";
import { couldUndo, erythroblastFlag, flagsOf, leukocyteFlag, positionOf, times } from "./flags.ts";
import type { Correction } from "./judgedCells.ts";
import { notesOf } from "./notes.ts";
import { type Range, type ReferenceRanges, readRanges } from "./referenceRanges.ts";
import type { DifferentialReport, Erythroblasts, Position, ReportedClass } from "./types.ts";
import type { UnsureCells } from "./unsureCells.ts";

/** Options of {@link differentialReport}. */
export interface DifferentialReportOptions {
  /** What shares are corrected by: how the model confuses cells of this laboratory. */
  readonly correction?: Correction | undefined;
  /** Why cells are unidentified, if the model's answers alone were counted. */
  readonly unsure?: UnsureCells | undefined;
  /** How many of the cells a reader looked at, if one did: what notes say of mistakes. */
  readonly reviewed?: number | undefined;
  /** Classes that the model alone found cells of, if readers labelled others; default: all. */
  readonly learned?: readonly string[] | undefined;
  /** What else is to be flagged, before what is out of its range. */
  readonly cautions?: readonly string[];
  /** Whether the cells look like the model's own; undefined if it is not known. */
  readonly familiarity?: FamiliarityFigures | undefined;
  /** Why no flags may be given. */
  readonly withheld?: string | undefined;
  /** Both of these, with their codes. */
  readonly sentences?: readonly Sentence[];
  /** White cells, 10^9 per litre. */
  readonly leukocytes?: number | undefined;
  /** Default: an adult's, of the package. */
  readonly ranges?: ReferenceRanges;
  readonly seed?: number;
}

/** From so many erythroblasts for 100 leukocytes on laboratories correct the white cells for them (medicalalgorithms.com, "Correction of WBC for nucleated red blood cells"). */
const MANY_ERYTHROBLASTS = 5;

/**
 * A differential count of the cells of one smear, with what is usual. Shares are of the leukocytes; erythroblasts are
 * told for 100 of these, and platelets count nowhere.
 *
 * @throws ERR_DATA if no leukocyte is counted, or the correction lacks a class.
 */
export function differentialReport(cells: CountedCells, options: DifferentialReportOptions = {}): DifferentialReport {
  const { correction, unsure, reviewed, learned = cells.classes, cautions = [], familiarity, withheld } = options;
  const { leukocytes, sentences = [], ranges = readRanges(), seed = 0 } = options;
  const { classes, counts, left, unidentified } = cells;
  const white = whiteOf(classes);
  const done = white.reduce((sum, k) => sum + counts[k]!, 0);
  const shares = sharesOf(cells, white, { confusion: correction?.confusion, seed });
  const erythroblasts = shares.red && erythroblastsOf(shares.red, { leukocytes, ranges, withheld });
  const leukocytesUsed = usedLeukocytes(leukocytes, erythroblasts);
  const odds = unidentified / (done + left);
  const asReported = ([name, found]: NamedShare) =>
    reportedClass(name, found, { leukocytesUsed, ranges, withheld, odds });
  const groups = shares.groups.map(asReported);
  const isGroup = (name: string) => groups.some((group) => group.class === name);
  // Its range is that of the sum.
  const reported = shares.classes.map(asReported).map((row) => (isGroup(row.class) ? withoutRange(row) : row));
  const countOf = (name: string) => (classes.includes(name) ? counts[classes.indexOf(name)]! : undefined);
  const beside = { platelets: countOf("Platelet"), notOfFive: countOf(NOT_OF_FIVE), erythroblasts };
  const flags = [
    // What a counter gave is no mistake of the model; what was corrected by it may be.
    ...leukocyteFlag(withheld === undefined ? leukocytesUsed : leukocytes, ranges),
    ...[...reported, ...groups].flatMap(flagsOf),
    ...(erythroblasts === undefined ? [] : erythroblastFlag(erythroblasts)),
  ];
  const notes = notesOf({
    undone: withheld === undefined ? [...reported, ...groups].filter(isUndone).map((row) => row.class) : [],
    ...{ correction, unsure, reviewed, classes, learned, familiarity, leukocytes, leukocytesUsed, ...beside },
    ...{ done, left, unidentified },
  });
  return {
    cells: done,
    unidentified,
    leukocytes,
    leukocytesUsed,
    classes: reported,
    groups,
    ...beside,
    ranges,
    familiarity,
    withheld,
    flags: [...cautions, ...textsOf(flags)],
    notes: textsOf(notes),
    sentences: [...sentences, ...flags, ...notes],
  };
}

const textsOf = (all: readonly Sentence[]) => all.map(({ text }) => text);

type NamedShare = readonly [name: string, found: DifferentialClass];

function sharesOf(
  { classes, counts }: CountedCells,
  white: readonly number[],
  options: Parameters<typeof countedShares>[2],
) {
  const groups = groupsOf(classes);
  const red = erythroblastShare(classes, white);
  const parts = [...white.map((k) => [k]), ...groups.map(({ part }) => part)];
  const wanted = [...parts.map((part) => ({ part, among: white })), ...(red === undefined ? [] : [red])];
  const found = countedShares(counts, wanted, options);
  return {
    classes: white.map((k, i): NamedShare => [classes[k]!, found[i]!]),
    groups: groups.map(({ name }, i): NamedShare => [name, found[white.length + i]!]),
    red: red && found.at(-1),
  };
}

interface Beside {
  readonly ranges: ReferenceRanges;
  readonly withheld: string | undefined;
}

function reportedClass(
  name: string,
  found: DifferentialClass,
  {
    leukocytesUsed,
    ranges,
    withheld,
    odds,
  }: Beside & { readonly leukocytesUsed: number | undefined; readonly odds: number },
): ReportedClass {
  const share = found.corrected ?? found.counted;
  const absolute = leukocytesUsed === undefined ? undefined : times(share, leukocytesUsed);
  const [range, absoluteRange] = [ranges.percent[name], ranges.absolute[name]];
  const placed = (estimate: Estimate | undefined, own: Range | undefined, whole: number): Position => {
    const position = positionOf(estimate, own);
    const isOpen = withheld !== undefined || position === "unknown";
    return isOpen || couldUndo(position, { value: estimate!.value, range: own!, odds, whole }) ? "unknown" : position;
  };
  return {
    class: name,
    ...found,
    share,
    range,
    position: placed(times(share, 100), range, 100),
    absolute,
    absoluteRange,
    absolutePosition: placed(absolute, absoluteRange, leukocytesUsed ?? 0),
  };
}

// Out of its range by what was counted, and in it for all that is known of the others.
function isUndone({ share, range, position, absolute, absoluteRange, absolutePosition }: ReportedClass): boolean {
  const isOut = (estimate: Estimate | undefined, own: Range | undefined) =>
    !["within", "unknown"].includes(positionOf(estimate, own));
  return (
    (position === "unknown" && isOut(times(share, 100), range)) ||
    (absolutePosition === "unknown" && isOut(absolute, absoluteRange))
  );
}

function withoutRange(row: ReportedClass): ReportedClass {
  return {
    ...row,
    ...({ range: undefined, position: "unknown", absoluteRange: undefined, absolutePosition: "unknown" } as const),
  };
}

// By p, the share of erythroblasts among these and leukocytes: p / (1 - p) for one leukocyte, and of all that a counter
// takes for white cells 1 - p are, which is 100 / (100 + NRBC). Both move with p alone, so its exact limits are theirs.
function erythroblastsOf(
  { count, counted, corrected }: DifferentialClass,
  { leukocytes, ranges, withheld }: Beside & { readonly leukocytes: number | undefined },
): Erythroblasts {
  const { value, low, high } = corrected ?? counted;
  const ratio = (p: number) => (100 * p) / (1 - p);
  const per100: Estimate = { value: ratio(value), low: ratio(low), high: ratio(high) };
  const white = (p: number) => leukocytes! * (1 - p);
  const range = ranges.erythroblasts;
  return {
    count,
    per100,
    range,
    position: withheld === undefined ? positionOf(per100, range) : "unknown",
    correctedLeukocytes:
      leukocytes === undefined ? undefined : { value: white(value), low: white(high), high: white(low) },
  };
}

function usedLeukocytes(leukocytes: number | undefined, erythroblasts: Erythroblasts | undefined): number | undefined {
  const isMany = (erythroblasts?.per100.value ?? 0) >= MANY_ERYTHROBLASTS;
  return isMany ? erythroblasts!.correctedLeukocytes?.value : leukocytes;
}
