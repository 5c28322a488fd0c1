// The recipes of CONTRIBUTING.md, each followed once: scripts/checkRecipes.ts applies them to a clean checkout.

/** A change of a file: `text` goes behind the only place where `behind` stands, or `replaced` becomes it. */
export type Edit =
  | { readonly path: string; readonly behind: string; readonly text: string }
  | { readonly path: string; readonly replaced: string; readonly text: string };

/** A fault that the checks must see, made after the recipe was followed. */
export interface Mistake {
  readonly name: string;
  readonly edit: Edit;
  readonly check: "types" | "tests";
  /** What the check then says. */
  readonly says: RegExp;
}

/** A recipe as followed. */
export interface Recipe {
  /** New files, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
  /** Test files that CONTRIBUTING.md names. */
  readonly tests: readonly string[];
  /** Files that the same took before the design was changed for it (commit 9fbeadf). */
  readonly before: number;
  readonly mistakes?: readonly Mistake[];
}

const changelog = (line: string): Edit => ({
  path: "CHANGELOG.md",
  behind: "## [Unreleased]\n\n### Added\n\n",
  text: `- ${line}\n`,
});

const FIGURES = "packages/leukogram/src/evaluation/figures.ts";
const LAYER = "packages/engine/src/nn/layers/rmsNormalization.ts";
const OP = "packages/engine/src/graph/ops/softsign.ts";

/** All recipes, by what they add. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  metric: {
    files: {},
    edits: [
      {
        path: FIGURES,
        behind: "    estimate: ofMatrix(matthewsIfKnown, -1),\n  },\n",
        text: `  /** Mean over classes of the right answers among the images that are of the class or are named so (Jaccard 1912). */
  macroJaccard: {
    title: "macro Jaccard index",
    isShare: true,
    value: ({ sums }) => macroJaccard(sums),
    estimate: ofMatrix((matrix) => macroJaccard(margins(matrix)), 0),
  },
`,
      },
      {
        path: FIGURES,
        replaced: "import { margins, prepareConfusion }",
        text: "import { type Margins, margins, prepareConfusion }",
      },
      {
        path: FIGURES,
        behind: "return truths.filter((count) => count > 0).length < 2 ? Number.NaN : matthews(matrix);\n}\n",
        text: `
function macroJaccard({ hits, truths, predictions }: Margins): number {
  // A class that is neither there nor named counts 0.
  return mean(hits.map((count, k) => count / Math.max(1, truths[k]! + predictions[k]! - count)));
}
`,
      },
      {
        path: "tests/evaluation/figures.test.ts",
        behind: "  matthews: (6 * 9 - 27) / Math.sqrt((81 - 33) * (81 - 29)),\n",
        text: "  macroJaccard: (1 / 3 + 3 / 5 + 2 / 4) / 3,\n",
      },
      changelog("`macroJaccard` among the figures of an evaluation."),
    ],
    tests: ["tests/evaluation/figures.test.ts", "tests/evaluation/evaluate.test.ts", "tests/report/html.test.ts"],
    before: 10,
    mistakes: [
      {
        name: "a figure without its row in the test",
        edit: {
          path: "tests/evaluation/figures.test.ts",
          replaced: "  macroJaccard: (1 / 3 + 3 / 5 + 2 / 4) / 3,\n",
          text: "",
        },
        check: "types",
        says: /'macroJaccard' is missing/,
      },
    ],
  },
  layer: {
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
  },
  op: {
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
  },
  model: {
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
  },
  command: {
    files: {
      "packages/leukogram/src/cli/commands/classes.ts": `import { openData } from "../../data/dataset.ts";
import { textTable } from "../../report/textTable.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";

const classes: CommandModule = {
  define(command) {
    command
      .description("How many images each class has.")
      .argument("<data>", "class folders, a folder with Train/ and Test/, or a manifest CSV");
  },
  examples: ["leukogram classes cells"],
  async execute({ args: [data], options }) {
    const { train, validation, test } = openData(String(data));
    const samples = [train, validation, test].flatMap((part) => part?.samples ?? []);
    const counts = train.classes.map((name, k) => ({
      class: name,
      images: samples.filter(({ label }) => label === k).length,
    }));
    print(Boolean(options.json), counts, () =>
      textTable([["Class", "Images"], ...counts.map((row) => [row.class, String(row.images)])]),
    );
  },
};

export default classes;
`,
      "tests/cli/classes.test.ts": `import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { expect, test } from "vitest";
import { makeCli } from "./cli.ts";

const cli = makeCli();

test("classes counts the images of all parts", async () => {
  await drawSmears(join(cli.dir, "smears"), { count: 2, testCount: 1, imageSize: 32 });
  const [json, text] = await cli.runAll([
    ["classes", "smears", "--json"],
    ["classes", "smears"],
  ]);
  expect(JSON.parse(json!.stdout)).toContainEqual({ class: "Basophil", images: 3 });
  expect(text!.stdout).toMatch(/^Class +Images\\nBasophil +3\\n/);
});
`,
    },
    edits: [
      {
        path: "packages/leukogram/src/cli/commands/index.ts",
        behind: '    load: async () => (await import("./fetch.ts")).default,\n  },\n',
        text: `  {
    name: "classes",
    summary: "how many images each class has",
    load: async () => (await import("./classes.ts")).default,
  },
`,
      },
      changelog("`leukogram classes cells` counts the images of each class."),
    ],
    tests: ["tests/cli/classes.test.ts", "tests/cli/help.test.ts", "tests/house/readme.test.ts"],
    before: 4,
  },
  "label format": {
    files: {
      "packages/leukogram/src/data/jsonLines.ts": `/** The table of JSON lines, an object an image: the names in the first object are the columns. */
export function jsonLines(text: string): string[][] {
  const lines = text.split("\\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const columns = Object.keys(rows[0] ?? {});
  return [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
}
`,
    },
    edits: [
      {
        path: "packages/leukogram/src/data/manifest/manifestTable.ts",
        replaced: '{ ".csv": csvTable };',
        text: `{
  ".csv": csvTable,
  ".jsonl": jsonLines,
};`,
      },
      {
        path: "packages/leukogram/src/data/manifest/manifestTable.ts",
        behind: 'import { parse } from "csv-parse/sync";\n',
        text: 'import { jsonLines } from "./jsonLines.ts";\n',
      },
      {
        path: "tests/data/manifestFormats.test.ts",
        behind: "const TEXTS: Readonly<Record<string, string>> = {\n",
        text: `  ".jsonl": [
    { file: "1.jpg", class: "Basophil", split: "train" },
    { file: "2.jpg", class: "Monocyte", split: "train" },
    { file: "x,y.jpg", class: "Basophil", split: "test" },
    { file: "3.jpg", class: "Monocyte", split: "test" },
  ]
    .map((row) => JSON.stringify(row))
    .join("\\n"),
`,
      },
      changelog("Manifests of JSON lines (`.jsonl`)."),
    ],
    tests: ["tests/data/manifestFormats.test.ts", "tests/data/manifestColumns.test.ts"],
    before: 8,
    mistakes: [
      {
        name: "a format without its row in the test",
        edit: {
          path: "tests/data/manifestFormats.test.ts",
          replaced: '  ".jsonl": [',
          text: '  ".json": [',
        },
        check: "tests",
        says: /ends in \.jsonl/,
      },
    ],
  },
};
