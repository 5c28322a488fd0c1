import * as ops from "@leukogram/engine/graph/ops/index";
import { type Rule, rewrite } from "@leukogram/engine/graph/rewrite";
import { type Tensor, topologicalOrder } from "@leukogram/engine/graph/tensor";
import { expect, test } from "vitest";
import { opNames } from "./nodes.ts";

const x = ops.input("x", [4]);
const visit = (tensor: Tensor, rules: readonly Rule[] = []) => rewrite({ y: tensor }, rules).y!;

test("makes one node of two that are equal", () => {
  const made = () => ops.add(ops.exp(ops.input("x", [4])), ops.full([4], 2));
  const y = visit(ops.mul(made(), made()));
  expect(opNames(y)).toEqual(["add", "exp", "mul"]);
  expect(y.inputs[0]).toBe(y.inputs[1]);
});

test("takes constants with the same entries for one, and others not", () => {
  const made = (last: number) => {
    const data = new Float32Array(40);
    data[39] = last;
    return ops.add(ops.input("x", [40]), ops.constant(data, [40]));
  };
  const y = visit(ops.mul(made(1), made(1)));
  expect(y.inputs[0]).toBe(y.inputs[1]);
  expect(opNames(visit(ops.mul(made(1), made(2))))).toEqual(["add", "add", "mul"]);
});

test("keeps apart what differs in settings alone", () => {
  const y = visit(ops.add(ops.clip(x, 0, Number.POSITIVE_INFINITY), ops.clip(x, 0, Number.NEGATIVE_INFINITY)));
  expect(opNames(y)).toEqual(["add", "clip", "clip"]);
  expect(opNames(visit(ops.add(ops.slice(x, 0, 0, 2), ops.slice(x, 0, 2, 4))))).toEqual(["add", "slice", "slice"]);
});

test("leaves nodes behind that no output needs", () => {
  const drop: Rule = (node) => (node.op === ops.expOp ? ops.full([4], 1) : undefined);
  expect(opNames(visit(ops.neg(ops.exp(ops.log(x))), [drop]))).toEqual(["neg"]);
});

test("returns the same tensors where no rule applies", () => {
  const y = ops.neg(ops.exp(x));
  expect(visit(y)).toBe(y);
});

test("applies rules to what rules made, until none applies", () => {
  // x - n becomes (x - (n - 1)) - 1, and so on down to x.
  const down: Rule = (node) => {
    if (node.op !== ops.subOp) return undefined;
    const n = (node.inputs[1]!.attributes.data as Float32Array)[0]!;
    return n === 0 ? node.inputs[0] : ops.sub(node.inputs[0]!, ops.scalar(n - 1));
  };
  expect(visit(ops.sub(x, ops.scalar(100)), [down])).toBe(x);
});

test("survives thirty thousand nodes behind each other", () => {
  let y: Tensor = x;
  for (let i = 0; i < 30_000; i++) y = i % 2 === 0 ? ops.neg(y) : ops.exp(y);
  expect(topologicalOrder([visit(y)])).toHaveLength(30_001);
});
