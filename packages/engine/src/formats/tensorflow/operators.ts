import { ELEMENTWISE_OPERATORS, type Operator } from "./elementwiseOperators.ts";
import { SHAPE_OPERATORS } from "./shapeOperators.ts";
import { WINDOW_OPERATORS } from "./windowOperators.ts";

/** The operators of TensorFlow that are known, by name; Const and Placeholder are not here: they have no inputs. */
export const TENSORFLOW_OPERATORS: Readonly<Record<string, Operator>> = {
  ...ELEMENTWISE_OPERATORS,
  ...SHAPE_OPERATORS,
  ...WINDOW_OPERATORS,
};

const named = (count: number, names: string) => names.split(" ").map((name) => [name, count] as const);

const LEAST_INPUTS: ReadonlyMap<string, number> = new Map([
  ...named(
    2,
    "Add AddV2 BatchMatMul BatchMatMulV2 BiasAdd ConcatV2 Conv2D DepthwiseConv2dNative Div ExpandDims FloorDiv",
  ),
  ...named(2, "FusedDepthwiseConv2dNative GatherV2 MatMul Max Maximum Mean Minimum Mul Pad Pow Prelu RealDiv Reshape"),
  ...named(2, "ResizeBilinear ResizeNearestNeighbor Split SquaredDifference Sub Sum Tile Transpose"),
  ...named(2, "_FusedConv2D _FusedMatMul"),
  ...named(3, "BatchToSpaceND PadV2 Slice SpaceToBatchND SplitV"),
  ...named(4, "StridedSlice"),
  ...named(5, "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3"),
]);

/** How many inputs an operator has at least. */
export function leastInputs(op: string): number {
  return LEAST_INPUTS.get(op) ?? 1;
}
