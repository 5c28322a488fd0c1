import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { z } from "zod";
import { VERSION } from "../../version.ts";
import { augmentationKeys } from "./augmentationKeys.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().min(1);
const MONITORS = ["loss", "accuracy", "val_loss", "val_accuracy"] as const;

const schema = z.strictObject({
  model: z.string().default("cnn").describe("name of the model to train"),
  imageSize: count.optional().describe("height and width in pixels; default: the model's own"),
  startSize: count.optional().describe("smaller image size for the first epochs; default: imageSize"),
  startEpochs: count.optional().describe("number of epochs with startSize; default: half of all epochs"),
  alpha: z.number().positive().default(1).describe("multiplier for the backbone's number of channels"),
  head: z.enum(["dense", "linear"]).default("dense").describe("head on top of the backbone"),
  frozen: z.boolean().default(true).describe("do not train the backbone's weights"),
  momentum: share.default(0.9).describe("momentum of batch normalisation"),
  cellDiameters: z
    .number()
    .min(1)
    .max(6)
    .optional()
    .describe("find the cell and crop around it: side in nucleus diameters; default: the whole image"),
  cellHue: share
    .optional()
    .describe("how far the hue of the nucleus is shifted to a reference, from 0 to 1; default: 1"),
  cellDensity: share
    .optional()
    .describe("how far the density of the nucleus is shifted to a reference, from 0 to 1; default: 0.5"),
  cellWhite: z.boolean().optional().describe("make the background white, not its own colour; default: yes"),
  cellOwn: z.boolean().optional().describe("for a joined model: put the crop with original colours first; default: no"),
  cropRedCells: z
    .number()
    .min(1)
    .max(10)
    .optional()
    .describe("crop each cell at its laboratory's scale: side in red cell widths; default: the whole image"),
  viewStain: z
    .number()
    .min(1)
    .max(4)
    .optional()
    .describe("also average over views with the stain density multiplied and divided by this factor; default: 1, none"),
  laboratoryPower: share
    .optional()
    .describe("with several laboratories: weight each laboratory by its number of images to this power; default: 0"),
  maskAbsent: z
    .boolean()
    .optional()
    .describe("with several laboratories: ignore classes that an image's laboratory does not have; default: no"),
  views: z
    .number()
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe("number of rotated and flipped views of an image that the finished model averages; default: 1"),
  preprocessing: z
    .enum(["right", "twice", "unit"])
    .default("right")
    .describe("pixel scaling; twice and unit repeat a published mistake"),
  epochs: count.default(40).describe("passes over the training images"),
  batchSize: count.default(32).describe("images per step"),
  optimizer: z.enum(["adamw", "adam", "sgd", "rmsprop"]).default("adamw").describe("optimizer"),
  backboneRate: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .describe("multiplier for the backbone's learning rate; default: 1"),
  layerDecay: share
    .optional()
    .describe("additional learning rate multiplier for each backbone block, from the last down; default: 1"),
  unfreezeFrom: z
    .string()
    .optional()
    .describe("first backbone block to train, such as block_13; implies frozen: false"),
  batchNorm: z
    .enum(["adapt", "frozen"])
    .optional()
    .describe("whether the backbone's batch normalisation is trained; default: adapt"),
  decayNorms: z
    .boolean()
    .optional()
    .describe("apply weight decay to biases and normalisation layers too; default: yes"),
  averageDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .optional()
    .describe("decay of the moving average of weights used as final weights; default: no average"),
  learningRate: z.number().positive().default(2e-3).describe("learning rate (the maximum of a schedule)"),
  weightDecay: z.number().min(0).optional().describe("weight decay; default: the optimizer's"),
  sgdMomentum: share.default(0.9).describe("momentum of sgd"),
  nesterov: z.boolean().default(true).describe("use Nesterov momentum with sgd"),
  clipNorm: z.number().positive().optional().describe("maximum norm of the gradient"),
  schedule: z.enum(["constant", "cosine", "exponential"]).default("cosine").describe("learning rate schedule"),
  warmupEpochs: z.number().min(0).default(0).describe("epochs of learning rate warm-up"),
  finalRate: share.optional().describe("final learning rate of the cosine, as a share of the maximum; default: 0"),
  decayRate: z.number().positive().default(0.9).describe("factor per epoch of the exponential schedule"),
  labelSmoothing: share.default(0).describe("label smoothing: share of each label spread over all classes"),
  mixup: z.number().min(0).max(4).optional().describe("alpha of mixup, which blends pairs of images; default: 0, none"),
  cutmix: z
    .number()
    .min(0)
    .max(4)
    .optional()
    .describe("alpha of CutMix, which pastes a part of another image; default: 0, none"),
  focalGamma: z.number().min(0).optional().describe("gamma of the focal loss; default: plain cross-entropy"),
  focalAlpha: z.number().positive().default(0.25).describe("alpha of the focal loss"),
  balance: z.enum(["none", "sampling", "weights"]).default("sampling").describe("how classes get equal weight"),
  rotation: z.number().min(0).max(180).default(180).describe("maximum rotation in degrees"),
  zoom: z.number().min(0).max(0.9).default(0.1).describe("maximum zoom as a share, drawn separately for each axis"),
  horizontalFlip: z.boolean().default(true).describe("flip half of the images horizontally"),
  verticalFlip: z.boolean().default(true).describe("flip half of the images vertically"),
  augment: z.boolean().default(true).describe("rotate, zoom and flip training images"),
  ...augmentationKeys,
  copies: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("augmented copies per image for the features of a frozen backbone"),
  validation: z
    .number()
    .min(0.01)
    .max(0.9)
    .default(0.15)
    .describe("share of the training images held out for validation"),
  split: z
    .enum(["stratified", "keras", "leaky"])
    .default("stratified")
    .describe("how validation images are chosen; leaky ignores siblings, to show the effect"),
  groupBy: z
    .string()
    .optional()
    .describe("manifest column that keeps groups of images on one side of the split: patient, slide"),
  earlyStopping: count.optional().describe("stop after this many epochs without improvement; default: never"),
  reduceOnPlateau: count
    .optional()
    .describe("lower the learning rate after this many epochs without improvement; default: never"),
  reduceFactor: z.number().positive().max(1).default(0.5).describe("factor that lowers the learning rate on a plateau"),
  minLearningRate: z.number().min(0).default(1e-6).describe("lowest learning rate on a plateau"),
  monitor: z.enum(MONITORS).default("val_loss").describe("metric for early stopping and learning rate reduction"),
  restoreBest: z.boolean().default(false).describe("use the weights of the best epoch, not the last"),
  seed: z.number().int().min(0).default(0).describe("random seed"),
  threads: count.optional().describe("number of engine threads; default: one per core"),
  kernels: z
    .enum(["standard", "blocked"])
    .optional()
    .describe(
      "blocked: ONNX Runtime's kernels on blocks of channels for convolutions too (AVX-512); default: standard",
    ),
  splitSeed: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe("random seed of the split, if several runs share one; default: seed"),
  device: z.enum(["cpu", "cuda", "dml", "coreml", "webgpu"]).default("cpu").describe("device for the engine"),
});

/** Every setting of a training run, defaults filled in. */
export type Recipe = z.output<typeof schema>;

/** A key of a recipe. */
export type RecipeKey = keyof Recipe;

/** Groups of keys that stand together in the schema: the first key of each. */
const GROUPS: Readonly<Partial<Record<RecipeKey, string>>> = {
  model: "Model",
  cellDiameters: "Model input",
  epochs: "Optimizer and schedule",
  labelSmoothing: "Loss and class balance",
  rotation: "Augmentation",
  validation: "Validation and callbacks",
  seed: "The run",
};

/** One line on each key, its group, and what kind of value it takes. */
export function recipeKeys(): {
  key: RecipeKey;
  description: string;
  group: string;
  kind: "boolean" | "number" | "text";
  /** The values that it takes, where they are few words. */
  choices: readonly string[] | undefined;
  default: unknown;
}[] {
  let group = "";
  return Object.entries(schema.shape).map(([key, field]) => {
    group = GROUPS[key as RecipeKey] ?? group;
    const inner = "innerType" in field.def ? (field.def.innerType as z.ZodType) : field;
    const { type } = inner.def;
    return {
      key: key as RecipeKey,
      description: field.description ?? "",
      group,
      kind: type === "boolean" ? "boolean" : type === "number" ? "number" : "text",
      choices: inner instanceof z.ZodEnum ? inner.options.map(String) : undefined,
      default: "defaultValue" in field.def ? field.def.defaultValue : undefined,
    };
  });
}

/**
 * Checks a recipe and fills in what it leaves out.
 *
 * @param version of Leukogram that wrote it, if that is known
 * @throws ERR_CONFIG naming the key, what it takes and what it got; for an unknown key the nearest one, or the other version.
 */
export function parseRecipe(values: Readonly<Record<string, unknown>>, source = "recipe", version = VERSION): Recipe {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    if (version !== VERSION)
      throw new LeukogramError("ERR_CONFIG", `${source}: unknown setting "${key}" of Leukogram ${version}`, {
        hint: `This is version ${VERSION}: install version ${version}, or start a new run.`,
      });
    const near = nearest(key, Object.keys(schema.shape));
    throw new LeukogramError("ERR_CONFIG", `${source}: unknown setting "${key}"`, {
      hint: near === undefined ? `Settings: ${Object.keys(schema.shape).join(", ")}.` : `Did you mean "${near}"?`,
    });
  }
  const key = String(issue.path[0]);
  // JSON has no NaN.
  const shown = typeof values[key] === "number" ? values[key] : JSON.stringify(values[key]);
  throw new LeukogramError("ERR_CONFIG", `${source}: ${key}: expected ${wanted(key)}, received ${shown}`);
}

// What a key takes, in words.
function wanted(key: string): string {
  const field = schema.shape[key as RecipeKey];
  const json = z.toJSONSchema(field, { io: "input" });
  if (json.enum !== undefined) return `one of ${json.enum.join(", ")}`;
  if (json.type === "boolean") return "true or false";
  if (json.type === "string") return "text";
  const number = `a ${json.type === "integer" ? "whole " : ""}number`;
  const { minimum = -1, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER } = json;
  const bounded = maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined)
    return `${number} above ${exclusiveMinimum}${bounded ? `, at most ${maximum}` : ""}`;
  return bounded ? `${number} from ${minimum} to ${maximum}` : `${number} of at least ${minimum}`;
}
