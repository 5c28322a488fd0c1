// What is raced: each row with ours, and with the peers and the earlier build that are to be had.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { walkImages } from "leukogram/data/folders/walk";
import { type Contender, stepWorker, untilReady, wholeCommand } from "./contenders.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What there is to race with. */
export interface Given {
  /** Another checkout, installed and built: "before". */
  readonly before: string | undefined;
  /** Python with Keras and TensorFlow. */
  readonly python: string | undefined;
  /** ../shared/anchors: prototypes and PyTorch, run by the same Python. */
  readonly anchors: string | undefined;
  /** Class folders with Train and Test. */
  readonly data: string;
  /** The notebook's own CNN, a file of Keras. */
  readonly cnn: string | undefined;
  /** Where runs that rows need are made once. */
  readonly runs: string;
}

/** A line of the table. */
export interface Row {
  readonly name: string;
  /** What a turn's milliseconds are of. */
  readonly what: string;
  /** Whether processor time is what is compared; default: the clock. */
  readonly byCpu?: boolean;
  contenders(given: Given): readonly Contender[];
}

const bin = (checkout: string) => join(checkout, "packages/leukogram/bin/leukogram.js");

const ours = (name: string, words: readonly string[], own?: Parameters<typeof wholeCommand>[2]) =>
  wholeCommand(name, { words: [process.execPath, bin(root), ...words] }, own);

// The same command of this build and of the one before.
function bothBuilds({ before }: Given, words: readonly string[]): Contender[] {
  const earlier =
    before === undefined ? [] : [wholeCommand("before", { words: [process.execPath, bin(before), ...words] })];
  return [ours("ours", words), ...earlier];
}

const keras = ({ python }: Given, make: (python: string) => Contender): Contender[] =>
  python === undefined ? [] : [make(python)];

const kerasStep = (given: Given, words: readonly string[]) =>
  keras(given, (python) =>
    stepWorker("keras", { words: [python, join(root, "bench/keras_peer.py"), "step", ...words] }),
  );

function steps(given: Given, words: readonly string[]): Contender[] {
  const worker = (name: string, checkout: string) =>
    stepWorker(name, { words: [process.execPath, "--import", "tsx", "bench/worker.ts", ...words], cwd: checkout });
  return [worker("ours", root), ...(given.before === undefined ? [] : [worker("before", given.before)])];
}

const anchored = ({ python, anchors }: Given, kinds: readonly string[]): Contender[] =>
  python === undefined || anchors === undefined
    ? []
    : kinds.map((kind) => stepWorker(kind, { words: [python, "worker.py", kind], cwd: anchors }));

const printed = (word: string) => (stdout: string) => {
  const found = new RegExp(`^${word} ([\\d.]+)$`, "m").exec(stdout)?.[1];
  return found === undefined ? undefined : Number(found);
};

function kerasFolder(given: Given, model: string, size: number): Contender[] {
  const words = (python: string) => [
    ...[python, join(root, "bench/keras_peer.py"), "folder", model, join(given.data, "Test"), String(size)],
  ];
  return keras(given, (python) => wholeCommand("keras", { words: words(python) })).concat(
    keras(given, (python) => wholeCommand("keras, its loop alone", { words: words(python) }, printed("loop"))),
  );
}

/** An epoch of a training that has its images ready: the last of three, milliseconds an image. */
function warmEpoch(given: Given): Contender {
  const out = join(given.runs, "epoch");
  const flags = ["--epochs", "3", "--seed", "0", "--balance", "none", "--quiet"];
  const contender = ours("ours", ["train", "--data", given.data, "--out", out, ...flags]);
  const total = walkImages(join(given.data, "Train")).length;
  return {
    ...contender,
    async turn() {
      rmSync(out, { recursive: true, force: true });
      const turn = await contender.turn();
      const [header, ...rows] = readFileSync(join(out, "history.csv"), "utf8").trim().split("\n");
      const at = header!.split(",").indexOf("seconds");
      const validation = readFileSync(join(out, "predictions/validation.csv"), "utf8").trim().split("\n").length - 1;
      const seconds = Number(rows.at(-1)!.split(",")[at]);
      return { ...turn, milliseconds: (1000 * seconds) / (total - validation) };
    },
  };
}

function servers({ before }: Given): Contender[] {
  let data = "";
  const line = (checkout: string) => () => {
    data = mkdtempSync(join(tmpdir(), "leukogram-bench-"));
    return {
      words: [process.execPath, bin(checkout), "serve", "--data", data, "--port", "0", "--json", "--quiet"],
    };
  };
  const end = () => rmSync(data, { recursive: true, force: true });
  return [
    untilReady("ours", line(root), end),
    ...(before === undefined ? [] : [untilReady("before", line(before), end)]),
  ];
}

function imports({ before }: Given): Contender[] {
  const importing = (name: string, checkout: string, what: string) =>
    wholeCommand(name, {
      words: [process.execPath, "--input-type=module", "-e", `await import(${JSON.stringify(what)})`],
      cwd: join(checkout, "packages/leukogram"),
    });
  return [
    importing("ours", root, "leukogram"),
    ...(before === undefined ? [] : [importing("before", before, "leukogram")]),
    importing("onnxruntime-node alone", root, "onnxruntime-node"),
    wholeCommand("node alone", { words: [process.execPath, "-e", "0"] }),
  ];
}

/** All lines, in the order in which they are raced. */
export const ROWS: readonly Row[] = [
  {
    name: "cnn-step",
    what: "a training step of the CNN, 350x350, batch 32",
    contenders: (given) => [
      ...steps(given, ["cnn"]),
      ...kerasStep(given, ["cnn", "350", "32"]),
      ...anchored(given, ["torch:1:1", "std:pl48p3:8", "ort:blocked_step:8:1"]),
    ],
  },
  {
    name: "mobilenetv2-step",
    what: "a training step of MobileNetV2, all layers, 224x224, batch 32",
    contenders: (given) => [...steps(given, ["mobilenetv2", "224"]), ...kerasStep(given, ["mobilenetv2", "224", "32"])],
  },
  ...["vgg16", "resnet50"].map(
    (name): Row => ({
      name: `${name}-step`,
      what: `a training step of ${name}, all layers, 224x224, batch 8`,
      contenders: (given) => [...steps(given, [name, "224", "8"]), ...kerasStep(given, [name, "224", "8"])],
    }),
  ),
  {
    name: "cnn-folder",
    what: "predict of the test images with the notebook's CNN, whole command",
    contenders: (given) =>
      given.cnn === undefined
        ? []
        : [
            ...bothBuilds(given, [
              ...["predict", "--model", resolve(given.cnn), "--preprocessing", "0..1", "--quiet"],
              join(given.data, "Test"),
            ]),
            ...kerasFolder(given, resolve(given.cnn), 350),
          ],
  },
  {
    name: "mobilenetv2-folder",
    what: "predict of the test images with MobileNetV2, 224x224, whole command",
    contenders: (given) => [
      ...bothBuilds(given, [
        "predict",
        "--model",
        join(given.runs, "mobilenetv2"),
        "--quiet",
        join(given.data, "Test"),
      ]),
      ...kerasFolder(given, join(given.runs, "mobilenetv2/model.keras"), 224),
    ],
  },
  {
    name: "anylab-folder",
    what: "predict of the test images with mobilenetv2-anylab, whole command",
    contenders: (given) =>
      bothBuilds(given, ["predict", "--model", "mobilenetv2-anylab", "--quiet", join(given.data, "Test")]),
  },
  {
    name: "warm-epoch",
    what: "an epoch of the CNN after the first, with augmentation, an image",
    contenders: (given) => [
      warmEpoch(given),
      ...keras(given, (python) =>
        wholeCommand(
          "keras",
          { words: [python, join(root, "bench/keras_peer.py"), "epoch", join(given.data, "Train"), "350"] },
          printed("epoch"),
        ),
      ),
    ],
  },
  {
    name: "predict-one",
    what: "predict of one image, whole command",
    contenders: (given) => [
      ...bothBuilds(given, ["predict", "--model", "cnn-anylab", "--quiet", walkImages(join(given.data, "Test"))[0]!]),
      wholeCommand("node alone", { words: [process.execPath, "-e", "0"] }),
    ],
  },
  { name: "serve-start", what: "serve in a new folder until it answers", byCpu: true, contenders: servers },
  { name: "import", what: 'import "leukogram"', byCpu: true, contenders: imports },
];
