import type { Classifier } from "../evaluation/classifier.ts";
import type { JobTeller } from "./jobTeller.ts";

/** What was assumed of another program's model. */
export interface Assumptions {
  /** Where the names of its classes come from. */
  readonly classesFrom: string;
  /** What its outputs were found, or said, to be. */
  readonly outputs: string | undefined;
  /** What makes one doubt, in words. */
  readonly notes: readonly string[];
}

type Known = Pick<Classifier, "classesFrom" | "outputs" | "notes">;

/** What was assumed of a model; undefined of one that Leukogram trained. */
export function assumptionsOf({ classesFrom, outputs, notes = [] }: Known): Assumptions | undefined {
  return classesFrom === undefined ? undefined : { classesFrom, outputs, notes };
}

/** Tells the same, to a user who asked for quiet too. */
export function tellAssumptions(tell: JobTeller, { notes = [] }: Pick<Known, "notes">, name?: string): void {
  for (const note of notes) tell.warn(name === undefined ? note : `${name}: ${note}`);
}
