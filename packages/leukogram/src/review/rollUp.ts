// Classes of many types as the five: probabilities are added up, and what is none of the five stays apart.
import { cellType } from "../cells/cellTypes.ts";
import { CELL_TYPES } from "../cells/classes.ts";

/** What a cell is called that is none of the five types: an erythroblast, a platelet, an immature granulocyte. */
export const NOT_OF_FIVE = "NotOneOfFive";

/** How classes become the five. */
export interface RollUp {
  /** Those of the five that any class counts as, in alphabetical order; then {@link NOT_OF_FIVE}, then classes of which nothing is known, if there are any. */
  readonly classes: readonly string[];
  /** For each class of the model its place in `classes`, [K]. */
  readonly places: readonly number[];
}

/** How a model's classes become the five; a class of which nothing is known stays as it is. */
export function rollUpOf(classes: readonly string[]): RollUp {
  const names = classes.map((name): string => {
    const type = cellType(name);
    return type === undefined ? name : (type.five ?? NOT_OF_FIVE);
  });
  const known: readonly string[] = [...CELL_TYPES, NOT_OF_FIVE];
  const rolled = [...known.filter((name) => names.includes(name)), ...names.filter((name) => !known.includes(name))];
  return { classes: rolled, places: names.map((name) => rolled.indexOf(name)) };
}

/** Probabilities of the rolled classes: sums of those that count as each. */
export function rolledRow({ classes, places }: RollUp, probabilities: ArrayLike<number>): number[] {
  const sums = classes.map(() => 0);
  for (const [k, place] of places.entries()) sums[place]! += probabilities[k]!;
  // A sum of float32 can miss 1 from above.
  return sums.map((sum) => Math.min(1, sum));
}
