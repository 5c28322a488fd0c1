import type { MeasureName } from "../data/microscopy/measures.ts";
import type { CopyPair } from "./copies.ts";
import type { Oddity } from "./imageFacts.ts";
import type { Registration } from "./registration.ts";
import type { ShortcutTest } from "./shortcuts.ts";
import type { SuspectLabel } from "./suspectLabels.ts";

/** The parts that a data set may come in. */
export type Part = "train" | "validation" | "test";

/** Images of one class in each part. */
export interface ClassCount {
  readonly class: string;
  readonly total: number;
  readonly byPart: Readonly<Partial<Record<Part, number>>>;
}

/** A file that can't be read. */
export interface BadFile {
  readonly file: string;
  readonly problem: "empty" | "truncated" | "unreadable";
  readonly reason: string;
}

/** A file that is read, but is not what the others are. */
export interface OddFile {
  readonly file: string;
  readonly oddities: readonly (Oddity | "odd size")[];
  readonly width: number;
  readonly height: number;
}

/** One picture in a {@link CopyGroup}. */
export interface CopyMember {
  readonly file: string;
  readonly path: string;
  readonly class: string;
  readonly part: Part;
  /** How it lies on the group's first; undefined as `kind`. */
  readonly alignment: Registration | undefined;
  /** What it is to the group's first; undefined for the first itself, and where it is a copy of another member. */
  readonly kind: CopyPair["kind"] | undefined;
}

/** Pictures of one cell. */
export interface CopyGroup {
  readonly members: readonly CopyMember[];
  /** Whether all are named as augmented copies of one original, `aug_{k}_{name}`. */
  readonly isNamed: boolean;
  /** Whether members are in more than one part: what is tested on was learned from. */
  readonly acrossParts: boolean;
  /** Whether members have more than one label: at most one can be right. */
  readonly acrossClasses: boolean;
}

/** Median and the middle four fifths of a measure over one class. */
export interface MeasureSummary {
  readonly measure: MeasureName;
  readonly class: string;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** What a class might be told from without looking at the cell. */
export type ShortcutName = "background" | "colours" | "file";

/** A {@link ShortcutTest} with its name. */
export interface NamedShortcut extends ShortcutTest {
  readonly name: ShortcutName;
}

/** Something to mend or to know, in a sentence or two. */
export interface Finding {
  /** "fault": figures on this data are wrong until it is mended; "doubt": they may be; "note": good to know. */
  readonly severity: "fault" | "doubt" | "note";
  readonly text: string;
}

/** What {@link auditData} found. */
export interface Audit {
  readonly images: number;
  readonly classes: readonly string[];
  readonly parts: readonly Part[];
  readonly counts: readonly ClassCount[];
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly images: number }[];
  readonly bad: readonly BadFile[];
  readonly odd: readonly OddFile[];
  readonly copies: readonly CopyGroup[];
  /** Images named as augmented copies, `aug_{k}_{name}`, and how many of them have their original, or a sibling, in another part. */
  readonly augmented: { readonly images: number; readonly acrossParts: number };
  readonly measures: readonly MeasureSummary[];
  readonly shortcuts: readonly NamedShortcut[];
  /** Undefined if no predictions were given to find them by. */
  readonly suspects: readonly (SuspectLabel & { readonly path: string })[] | undefined;
  readonly findings: readonly Finding[];
}
