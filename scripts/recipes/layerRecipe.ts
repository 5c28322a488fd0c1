import { changelog, type Recipe } from "./recipe.ts";

const LAYER = "packages/engine/src/nn/layers/rmsNormalization.ts";

/** To add a layer. */
export const layerRecipe: Recipe = {
  files: {
    [LAYER]: `import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";

interface Config {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  readonly epsilon: number;
}

/** The channels of each position over the root of their mean square (keras.layers.RMSNormalization; Zhang and Sennrich 2019). */
export class RMSNormalization extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: undefined, tensorflowJs: false };
  readonly className = "RMSNormalization";

  constructor({ axis = -1, epsilon = 1e-6, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ axis, epsilon }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    return [newWeight("scale", [lastAxisSize(shape, this.config.axis)], "ones")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const scale = context.weight(this.weights[0]!);
    const square = ops.reduceMean(ops.mul(x, x), [x.rank === 4 ? 1 : x.rank - 1], true);
    const root = ops.sqrt(ops.add(square, ops.scalar(this.config.epsilon)));
    return ops.channelAffine(ops.div(x, root), scale, ops.full(scale.shape as number[], 0));
  }
}
`,
  },
  edits: [
    {
      path: "packages/engine/src/nn/layers/index.ts",
      behind: 'export { Resizing } from "./resizing.ts";\n',
      text: 'export { RMSNormalization } from "./rmsNormalization.ts";\n',
    },
    {
      path: "tests/nn/layers/contract.test.ts",
      behind: "  ReLU: new layers.ReLU({ negativeSlope: 0.2, maxValue: 2 }),\n",
      text: "  RMSNormalization: new layers.RMSNormalization({ epsilon: 0.1 }),\n",
    },
    changelog("Keras files: `RMSNormalization`."),
  ],
  tests: ["tests/nn/layers/contract.test.ts", "tests/nn/layerFromConfig.test.ts", "tests/golden/layers.test.ts"],
  before: 7,
  mistakes: [
    {
      name: "a layer that does not say how files hold it",
      edit: {
        path: LAYER,
        replaced: "  static readonly formats: LayerFormats = { keras2: undefined, tensorflowJs: false };\n",
        text: "",
      },
      check: "types",
      says: /'formats' is missing/,
    },
    {
      name: "a layer that says of Keras 2 what is not so",
      edit: { path: LAYER, replaced: "keras2: undefined", text: "keras2: {}" },
      check: "tests",
      says: /RMSNormalization/,
    },
    {
      name: "a setting that Keras 2 calls otherwise, as LeakyReLU's",
      edit: {
        path: "packages/engine/src/nn/layers/activation.ts",
        replaced: 'keras2: { negative_slope: "alpha" }',
        text: "keras2: {}",
      },
      check: "tests",
      says: /negative_slope/,
    },
    {
      name: "a layer without its row in the test",
      edit: {
        path: "tests/nn/layers/contract.test.ts",
        replaced: "  RMSNormalization: new layers.RMSNormalization({ epsilon: 0.1 }),\n",
        text: "",
      },
      check: "tests",
      says: /every layer has a row/,
    },
  ],
};
