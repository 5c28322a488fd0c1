// The operators of ONNX that normalise.
import type { Dim } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { frontAxis, type NodeFacts } from "./nodeFacts.ts";

type NormOperator = (inputs: readonly Tensor[], facts: NodeFacts) => Tensor;

const plus = (x: Tensor, value: number) => ops.add(x, ops.scalar(value));

const layerNorm: NormOperator = ([x, scale, bias], facts) => {
  const axis = frontAxis(facts.int("axis", -1), x!.rank, facts);
  if (axis === 0) throw facts.refuse(`has axis = ${facts.int("axis", -1)}, which is the batch axis`);
  const axes = [...x!.shape.keys()].slice(axis);
  const scaled = ops.mul(standardized(x!, axes, facts.float("epsilon", 1e-5)), scale!);
  return bias === undefined ? scaled : ops.add(scaled, bias);
};

function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = ops.sub(x, ops.reduceMean(x, axes, true));
  const variance = ops.reduceMean(ops.mul(centred, centred), axes, true);
  return ops.div(centred, ops.sqrt(plus(variance, epsilon)));
}

const perChannel = (t: Tensor, x: Tensor) => ops.reshape(t, [1, t.shape[0]!, ...x.shape.slice(2).map(() => 1)]);

const instanceNorm: NormOperator = ([x, scale, bias], facts) => {
  const axes = [...x!.shape.keys()].slice(2);
  const normal = standardized(x!, axes, facts.float("epsilon", 1e-5));
  return ops.add(ops.mul(normal, perChannel(scale!, x!)), perChannel(bias!, x!));
};

const groupNorm: NormOperator = ([x, scale, bias], facts) => {
  const [n, c, ...rest] = x!.shape as readonly [Dim, number, ...number[]];
  const groups = facts.int("num_groups", 1);
  if (groups < 1 || c % groups !== 0)
    throw facts.refuse(`has num_groups = ${groups}, which does not divide ${c} channels`);
  const size = rest.reduce((all, side) => all * side, 1);
  const grouped = standardized(ops.reshape(x!, [n, groups, (c / groups) * size]), [2], facts.float("epsilon", 1e-5));
  const normal = ops.reshape(grouped, x!.shape);
  // Until opset 20 there was one factor for each group.
  const each = (t: Tensor) => {
    if (facts.opset >= 21 || groups === c) return perChannel(t, x!);
    const spread = ops.expand(ops.reshape(t, [groups, 1]), [groups, c / groups]);
    return perChannel(ops.reshape(spread, [c]), x!);
  };
  return ops.add(ops.mul(normal, each(scale!)), each(bias!));
};

const batchNorm: NormOperator = ([x, scale, bias, mean, variance], facts) => {
  if (facts.int("training_mode", 0) === 1) {
    // By its own statistics: of weights, which some networks standardise so, these are the same for any batch.
    if (x!.shape.some((size) => typeof size === "string"))
      throw facts.refuse("has training_mode = 1; only 0 is supported");
    const axes = [...x!.shape.keys()].filter((axis) => axis !== 1);
    const normal = standardized(x!, axes, facts.float("epsilon", 1e-5));
    return ops.add(ops.mul(normal, perChannel(scale!, x!)), perChannel(bias!, x!));
  }
  const factor = ops.div(scale!, ops.sqrt(plus(variance!, facts.float("epsilon", 1e-5))));
  const shift = ops.sub(bias!, ops.mul(mean!, factor));
  return ops.add(ops.mul(x!, perChannel(factor, x!)), perChannel(shift, x!));
};

// Krizhevsky et al. 2012, section 3.3.
const localResponse: NormOperator = ([x], facts) => {
  if (x!.rank !== 4) throw facts.refuse(`has an input of ${x!.rank} axes; only [N, C, H, W] is supported`);
  const [n, c, h, w] = x!.shape as readonly [Dim, number, number, number];
  const size = facts.int("size", 1);
  if (size < 1) throw facts.refuse(`has size = ${size}, but needs a number of channels`);
  const before = Math.floor((size - 1) / 2);
  const squares = ops.reshape(ops.mul(x!, x!), [n, 1, c, h * w]);
  const around = ops.pad(squares, 2, before, size - 1 - before);
  const means = ops.averagePool(around, { poolSize: [size, 1], strides: [1, 1], pads: [0, 0, 0, 0] });
  const base = plus(
    ops.mul(ops.reshape(means, x!.shape), ops.scalar(facts.float("alpha", 1e-4))),
    facts.float("bias", 1),
  );
  return ops.mul(x!, ops.pow(base, ops.scalar(-facts.float("beta", 0.75))));
};

/** By name. */
export const NORMALIZATION_OPERATORS: Readonly<Record<string, NormOperator>> = {
  BatchNormalization: batchNorm,
  GroupNormalization: groupNorm,
  InstanceNormalization: instanceNorm,
  LRN: localResponse,
  LayerNormalization: layerNorm,
};
