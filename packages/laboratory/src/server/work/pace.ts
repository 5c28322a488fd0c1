// How fast cells are classified, and what that means for a case that waits.

/** What a new batch counts for in the mean. */
const WEIGHT = 0.3;

/** Mean of the seconds that a cell takes, the last batches before all. */
export class Pace {
  #mean: number | undefined;
  #last = 0;

  get secondsPerCell(): number | undefined {
    return this.#mean;
  }

  /** A batch begins; returns what is to be called when it is done, with its number of cells. */
  start(): (cells: number) => void {
    const began = performance.now();
    return (cells) => {
      const now = performance.now();
      // Of batches that overlap each counts from the end of the one before.
      const seconds = (now - Math.max(began, this.#last)) / 1000 / cells;
      this.#last = now;
      this.#mean = this.#mean === undefined ? seconds : (1 - WEIGHT) * this.#mean + WEIGHT * seconds;
    };
  }
}

/** A case whose cells wait, and how many. */
export interface WaitingCase {
  readonly caseId: string;
  readonly waiting: number;
}

/**
 * Where a case stands if all are served in turn: the one with fewest cells is done first, and until a case is done, each other has
 * at most as many cells classified.
 *
 * @param all cases that wait, oldest first
 */
export function placeOf(
  all: readonly WaitingCase[],
  { caseId, secondsPerCell }: { readonly caseId: string; readonly secondsPerCell: number | undefined },
) {
  const own = all.find((one) => one.caseId === caseId);
  if (own === undefined) return { place: null, of: all.length, secondsLeft: null };
  const place = all.toSorted((a, b) => a.waiting - b.waiting).indexOf(own) + 1;
  const cells = all.reduce((sum, { waiting }) => sum + Math.min(waiting, own.waiting), 0);
  return { place, of: all.length, secondsLeft: secondsPerCell === undefined ? null : cells * secondsPerCell };
}
