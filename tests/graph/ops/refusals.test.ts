// Shapes that do not fit an operator are refused when the node is made, in words that show them.
import { numElements } from "@leukogram/engine/core/shape";
import * as ops from "@leukogram/engine/graph/ops/index";
import { expect, test } from "vitest";

const rows = ops.input("x", ["batch", 4]);

test.each<[() => unknown, string]>([
  [() => numElements(["batch", 4]), "ERR_SHAPE expected fixed sizes, received [batch, 4]"],
  [() => ops.kthLargest(rows, 5), "ERR_SHAPE kthLargest: rows of [batch, 4] have no entry 5"],
  [() => ops.slice(rows, 1, 2, 5), "ERR_SHAPE slice: 2 to 5 is not within axis 1 of [batch, 4]"],
  [() => ops.slice(rows, 0, 0, 1), "ERR_SHAPE slice: 0 to 1 is not within axis 0 of [batch, 4]"],
  [() => ops.transpose(rows, [0]), "ERR_SHAPE transpose: [0] is not an order of the axes of [batch, 4]"],
])("%s", (make, message) => {
  expect(make).toThrow(message);
});
