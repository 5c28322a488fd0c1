import type { CommandModule } from "../command.ts";
import { laboratoryCommand } from "../laboratoryCommand.ts";

/** The commands, in the order of a first day's work. */
export const COMMANDS: readonly { name: string; summary: string; load(): Promise<CommandModule> }[] = [
  {
    name: "reproduce",
    summary: "repeat the published comparison without its mistakes",
    load: async () => (await import("./reproduce.ts")).default,
  },
  { name: "train", summary: "train a model", load: async () => (await import("./train.ts")).default },
  {
    name: "evaluate",
    summary: "evaluate a model on labelled images, with intervals",
    load: async () => (await import("./evaluate.ts")).default,
  },
  {
    name: "compare",
    summary: "compare two or more models on the same images",
    load: async () => (await import("./compare.ts")).default,
  },
  {
    name: "crossvalidate",
    summary: "cross-validate a recipe",
    load: async () => (await import("./crossvalidate.ts")).default,
  },
  {
    name: "predict",
    summary: "predict the classes of images",
    load: async () => (await import("./predict.ts")).default,
  },
  {
    name: "explain",
    summary: "draw maps of the image regions that support the class",
    load: async () => (await import("./explain.ts")).default,
  },
  {
    name: "differential",
    summary: "count the white blood cells of a smear, with uncertainty",
    load: async () => (await import("./differential.ts")).default,
  },
  {
    name: "adapt",
    summary: "adapt a model to a new laboratory with a few labelled cells",
    load: async () => (await import("./adapt.ts")).default,
  },
  {
    name: "inspect",
    summary: "show what a model file contains, and anything suspicious",
    load: async () => (await import("./inspect.ts")).default,
  },
  {
    name: "convert",
    summary: "convert a model to Keras, TensorFlow.js or ONNX",
    load: async () => (await import("./convert.ts")).default,
  },
  {
    name: "join",
    summary: "join two models that use different colours of a cell",
    load: async () => (await import("./join.ts")).default,
  },
  {
    name: "models",
    summary: "list the built-in models, or your own",
    load: async () => (await import("./models.ts")).default,
  },
  {
    name: "serve",
    summary: "start the laboratory app: review, count, sign",
    load: () => laboratoryCommand("serve"),
  },
  {
    name: "user",
    summary: "manage the users of the laboratory app",
    load: () => laboratoryCommand("user"),
  },
  {
    name: "trail",
    summary: "verify or export the laboratory app's audit trail",
    load: () => laboratoryCommand("trail"),
  },
  {
    name: "backup",
    summary: "back up all records of the laboratory app to one file",
    load: () => laboratoryCommand("backup"),
  },
  {
    name: "restore",
    summary: "restore a backup into an empty folder and database",
    load: () => laboratoryCommand("restore"),
  },
  {
    name: "track",
    summary: "export runs to TensorBoard or MLflow",
    load: async () => (await import("./track.ts")).default,
  },
  {
    name: "datasets",
    summary: "list public data sets: licence, classes, bias",
    load: async () => (await import("./datasets.ts")).default,
  },
  {
    name: "fetch",
    summary: "download, check and unpack a public data set",
    load: async () => (await import("./fetch.ts")).default,
  },
  {
    name: "audit",
    summary: "check training images: copies, leaks, shortcuts, bad files",
    load: async () => (await import("./audit.ts")).default,
  },
  {
    name: "generalise",
    summary: "how much accuracy models lose in other laboratories",
    load: async () => (await import("./generalise.ts")).default,
  },
  {
    name: "robustness",
    summary: "test a model under defocus, stain, light, scale, noise, ...",
    load: async () => (await import("./robustness.ts")).default,
  },
  {
    name: "balance",
    summary: "make all classes of a folder equally large",
    load: async () => (await import("./balance.ts")).default,
  },
  {
    name: "augment-preview",
    summary: "draw a contact sheet of augmented images",
    load: async () => (await import("./augmentPreview.ts")).default,
  },
  {
    name: "draw",
    summary: "draw synthetic smears for trying out commands",
    load: async () => (await import("./draw.ts")).default,
  },
];
