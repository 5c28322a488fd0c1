import { type Neighbours, nearestNeighbours } from "./nearestNeighbours.ts";
import { principalComponents, type Rows, unitRows } from "./principalComponents.ts";
import { propagate } from "./propagate.ts";

/** How neighbours vote; docs/measurements/adapt.md has what the defaults give. */
export interface VoteOptions {
  /** Principal components that nearness is measured in; default 40. */
  readonly components?: number;
  /** Most neighbours of a cell; default 10. */
  readonly neighbours?: number;
  /** A neighbour for each so many cells, so that a rare class is not outvoted in a small set; default 20. */
  readonly cellsANeighbour?: number;
  /** How much neighbours count against a cell's own answer, 0 to 1; default 0.9. */
  readonly share?: number;
  /** Power of a cell's probability by which it holds to its own answer; default 3. */
  readonly certainty?: number;
  /** Default 30. */
  readonly rounds?: number;
}

const FEWEST_NEIGHBOURS = 2;

/** Who is near to whom among cells, by what the head is given for them: features [N, F]. */
export function cellNeighbours(
  features: Rows,
  { components = 40, neighbours = 10, cellsANeighbour = 20 }: VoteOptions = {},
): Neighbours {
  const count = features.data.length / features.width;
  const each = Math.max(FEWEST_NEIGHBOURS, Math.min(neighbours, Math.round(count / cellsANeighbour)));
  return nearestNeighbours(principalComponents(unitRows(features), components), each);
}

/**
 * The answers to cells after their neighbours have voted: rows of probabilities [N][K] of the model's own.
 *
 * @param known class of cells that have a label, by row: they are held to it.
 */
export function voted(
  own: readonly (readonly number[])[],
  neighbours: Neighbours,
  {
    share = 0.9,
    certainty = 3,
    rounds = 30,
    known,
  }: VoteOptions & { readonly known?: ReadonlyMap<number, number> } = {},
): number[][] {
  return propagate(own, neighbours, { share, certainty, rounds, ...(known && { known }) });
}
