import type { CommandModule } from "../command.ts";
import { laboratoryCommand } from "../laboratoryCommand.ts";

/** The commands, in the order of a first day's work. */
export const COMMANDS: readonly { name: string; summary: string; load(): Promise<CommandModule> }[] = [
  {
    name: "reproduce",
    summary: "the whole comparison of both models, done right",
    load: async () => (await import("./reproduce.ts")).default,
  },
  { name: "train", summary: "train one model", load: async () => (await import("./train.ts")).default },
  {
    name: "evaluate",
    summary: "a model's figures on labelled images, with intervals",
    load: async () => (await import("./evaluate.ts")).default,
  },
  {
    name: "compare",
    summary: "two or more models on the same images",
    load: async () => (await import("./compare.ts")).default,
  },
  {
    name: "crossvalidate",
    summary: "train and judge a recipe fold by fold, several times",
    load: async () => (await import("./crossvalidate.ts")).default,
  },
  { name: "predict", summary: "classes for images", load: async () => (await import("./predict.ts")).default },
  {
    name: "explain",
    summary: "maps of what in a picture speaks for its class",
    load: async () => (await import("./explain.ts")).default,
  },
  {
    name: "differential",
    summary: "a differential count with its uncertainty",
    load: async () => (await import("./differential.ts")).default,
  },
  {
    name: "adapt",
    summary: "a model for a new laboratory, by a few labelled cells",
    load: async () => (await import("./adapt.ts")).default,
  },
  {
    name: "inspect",
    summary: "what is in a model file, and what smells wrong",
    load: async () => (await import("./inspect.ts")).default,
  },
  {
    name: "convert",
    summary: "a model in another format: Keras, TensorFlow.js, ONNX",
    load: async () => (await import("./convert.ts")).default,
  },
  {
    name: "join",
    summary: "one model of two that see a cell in different colours",
    load: async () => (await import("./join.ts")).default,
  },
  {
    name: "models",
    summary: "the models that come with Leukogram, and your own",
    load: async () => (await import("./models.ts")).default,
  },
  {
    name: "serve",
    summary: "the laboratory's app: review, count, sign",
    load: () => laboratoryCommand("serve"),
  },
  {
    name: "user",
    summary: "who may use the laboratory's app",
    load: () => laboratoryCommand("user"),
  },
  {
    name: "trail",
    summary: "verify or export the laboratory's audit trail",
    load: () => laboratoryCommand("trail"),
  },
  {
    name: "backup",
    summary: "all of the laboratory's records in one file",
    load: () => laboratoryCommand("backup"),
  },
  {
    name: "restore",
    summary: "a backup into an empty folder and database",
    load: () => laboratoryCommand("restore"),
  },
  {
    name: "track",
    summary: "runs handed on to TensorBoard or MLflow",
    load: async () => (await import("./track.ts")).default,
  },
  {
    name: "datasets",
    summary: "the public sets of the field: licence, classes, bias",
    load: async () => (await import("./datasets.ts")).default,
  },
  {
    name: "fetch",
    summary: "download, check and unpack one of them",
    load: async () => (await import("./fetch.ts")).default,
  },
  {
    name: "audit",
    summary: "whether images are fit to learn from: copies, leaks, shortcuts, bad files",
    load: async () => (await import("./audit.ts")).default,
  },
  {
    name: "generalise",
    summary: "how models fall from their own laboratory to others",
    load: async () => (await import("./generalise.ts")).default,
  },
  {
    name: "robustness",
    summary: "how a model bears defocus, stain, light, scale, noise, ...",
    load: async () => (await import("./robustness.ts")).default,
  },
  {
    name: "balance",
    summary: "a folder with as many images of every class",
    load: async () => (await import("./balance.ts")).default,
  },
  {
    name: "augment-preview",
    summary: "a contact sheet of what augmentation does",
    load: async () => (await import("./augmentPreview.ts")).default,
  },
  {
    name: "draw",
    summary: "synthetic smears to try things with",
    load: async () => (await import("./draw.ts")).default,
  },
];
