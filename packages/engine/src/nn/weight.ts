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

/** A weight that is not yet initialised: zeros, which take memory from when they are first asked for. */
export function newWeight(name: string, shape: readonly number[], initializer: string, trainable = true): Weight {
  return new LazyWeight(name, shape, initializer, trainable);
}

// A file may describe layers of any size: what it has no numbers for takes no memory.
class LazyWeight implements Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: string;
  readonly trainable: boolean;
  #value: Float32Array | undefined;

  constructor(name: string, shape: readonly number[], initializer: string, trainable: boolean) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.trainable = trainable;
  }

  get value(): Float32Array {
    this.#value ??= new Float32Array(numElements(this.shape));
    return this.#value;
  }

  set value(value: Float32Array) {
    this.#value = value;
  }
}
