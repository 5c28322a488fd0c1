// What an operator of Keras is made into.
import type { LeukogramError } from "../../core/errors.ts";
import type { LayerOutput } from "../../nn/layer.ts";

/** An operator as a model uses it: what it is given, in the order of its names. */
export interface Operation {
  /** Name of the layer that it becomes. */
  readonly name: string;
  /** The argument at a place of the operator's names; undefined if it is not given. */
  value(place: number): unknown;
  /** The same. @throws ERR_FORMAT if it is no tensor. */
  tensor(place: number): LayerOutput;
  /** The same as a number. @throws ERR_FORMAT if it is none. */
  number(place: number, otherwise: number): number;
  /** An error that names the operator. */
  readonly refuse: (what: string) => LeukogramError;
}

/** How an operator is read. */
export interface Operator {
  /** Names of its arguments, in order. */
  readonly names: readonly string[];
  readonly make: (operation: Operation) => LayerOutput;
}
