import { changelog, type Recipe } from "./recipe.ts";

/** To add a model. */
export const modelRecipe: Recipe = {
  files: {
    "packages/engine/src/models/cnnTiny.ts": `import { BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, ReLU, Rescaling } from "../nn/layers/index.ts";
import { Sequential } from "../nn/model.ts";

/** Options of {@link cnnTiny}. */
export interface CnnTinyOptions {
  /** Height and width in pixels; default 64. */
  readonly imageSize?: number;
  readonly classes?: number;
  /** Momentum of the batch normalisations; default 0.99, as in Keras. */
  readonly momentum?: number;
}

/** Three stride-2 convolutions 8-16-32, each normalised; global average pooling, softmax. Takes pixels 0 to 255. */
export function cnnTiny({ imageSize = 64, classes = 5, momentum = 0.99 }: CnnTinyOptions = {}): Sequential {
  const blocks = [8, 16, 32].flatMap((filters) => [
    new Conv2D({ filters, kernelSize: 3, strides: 2, padding: "same", useBias: false }),
    new BatchNormalization({ momentum }),
    new ReLU(),
  ]);
  const head = [new GlobalAveragePooling2D(), new Dense({ units: classes, activation: "softmax" })];
  return new Sequential([imageSize, imageSize, 3], [new Rescaling({ scale: 1 / 255 }), ...blocks, ...head]);
}
`,
  },
  edits: [
    {
      path: "packages/engine/src/models/registry.ts",
      behind:
        "    build: ({ imageSize = 128, classes, momentum }) => cnnWide({ imageSize, classes, momentum }),\n  },\n",
      text: `  {
    name: "cnn-tiny",
    title: "Tiny CNN",
    imageSize: 64,
    pretrained: false,
    build: ({ imageSize = 64, classes, momentum }) => ({ model: cnnTiny({ imageSize, classes, momentum }) }),
  },
`,
    },
    {
      path: "packages/engine/src/models/registry.ts",
      behind: 'import { cnn } from "./cnn.ts";\n',
      text: 'import { cnnTiny } from "./cnnTiny.ts";\n',
    },
    changelog("`--model cnn-tiny`."),
  ],
  tests: ["tests/models/registry.test.ts"],
  before: 5,
};
