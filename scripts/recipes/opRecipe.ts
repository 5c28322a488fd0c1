import type { Recipe } from "./recipe.ts";

const OP = "packages/engine/src/graph/ops/softsign.ts";

/** To add an op. */
export const opRecipe: Recipe = {
  files: {
    [OP]: `import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** Each entry over 1 more than its size. */
export function softsign(x: Tensor): Tensor {
  return apply(softsignOp, [x], {});
}

/** The operator of {@link softsign}: ONNX's Softsign. */
export const softsignOp: Op = {
  ...unaryOp(
    "softsign",
    "Softsign",
    (x) => x / (1 + Math.abs(x)),
    (_, y, dy, ops) => {
      const rest = ops.sub(ops.scalar(1), ops.abs(y)); // 1 / (1 + |x|)
      return ops.mul(dy, ops.mul(rest, rest));
    },
  ),
  keepsZero: () => true,
};
`,
  },
  edits: [
    {
      path: "packages/engine/src/graph/ops/index.ts",
      behind: 'export { softmax, softmaxOp } from "./softmax.ts";\n',
      text: 'export { softsign, softsignOp } from "./softsign.ts";\n',
    },
    {
      path: "tests/graph/ops/gradients.test.ts",
      behind: "  softmax: unary(ops.softmax),\n",
      text: "  softsign: unary(ops.softsign, offKink),\n",
    },
  ],
  tests: ["tests/graph/ops/gradients.test.ts"],
  before: 5,
  mistakes: [
    {
      name: "an op that says of 0 what is not so",
      edit: { path: OP, replaced: "keepsZero: () => true", text: "keepsZero: () => false" },
      check: "tests",
      says: /whether 0 becomes 0: 'softsign'/,
    },
  ],
};
