import type { Dim } from "../../core/shape.ts";
import type { Layer } from "../../nn/layer.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import type { Computed, Constant, Value } from "./values.ts";

/** A layer, or two, for a node. */
export interface FoundLayer {
  readonly inputs: readonly Value[];
  /** One behind the other. */
  readonly layers: readonly Layer[];
  /** Numbers of the last layer's weights, in its order. */
  readonly weights?: readonly Float32Array[];
}

/** What a mapping is given: the node, what it takes, and what is to be known of its first input. */
interface Given {
  readonly facts: NodeFacts;
  readonly values: readonly (Value | undefined)[];
  readonly x: Computed;
  readonly shape: readonly Dim[];
  readonly name: string;
}

/** The layer that a node is, if it is one. */
export type Mapping = (given: Given) => FoundLayer | undefined;

/** A value where it is a constant. */
export const constant = (value: Value | undefined): Constant | undefined =>
  value?.kind === "constant" ? value : undefined;
