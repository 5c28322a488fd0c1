import { numElements } from "../core/shape.ts";

/** A named array that a layer owns, in Keras's layout. */
export interface Weight {
  /** Name within its layer, as Keras 3 spells it: kernel, bias, gamma, ... */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether the optimizer may change it; moving statistics are not trained. */
  readonly trainable: boolean;
  /** How it begins; see initializers.ts. */
  readonly initializer: string;
  /** The entries, row-major. */
  value: Float32Array;
}

/** A weight that is not yet initialised. */
export function newWeight(name: string, shape: readonly number[], initializer: string, trainable = true): Weight {
  return { name, shape, trainable, initializer, value: new Float32Array(numElements(shape)) };
}
