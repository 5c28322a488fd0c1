import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { z } from "zod";
import { augmentationKeys } from "./augmentationKeys.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().min(1);
const MONITORS = ["loss", "accuracy", "val_loss", "val_accuracy"] as const;

const schema = z.strictObject({
  model: z.string().default("cnn").describe("model to train, by its name in the registry"),
  imageSize: count.optional().describe("height and width in pixels; default: the model's own"),
  startSize: count.optional().describe("image size of the first epochs, smaller; default: imageSize throughout"),
  startEpochs: count.optional().describe("how many epochs that is; default: half of them"),
  alpha: z.number().positive().default(1).describe("factor on a backbone's number of channels"),
  head: z.enum(["dense", "linear"]).default("dense").describe("head on a backbone"),
  frozen: z.boolean().default(true).describe("keep a backbone's weights as they are"),
  momentum: share.default(0.9).describe("momentum of batch normalisation"),
  cellDiameters: z
    .number()
    .min(1)
    .max(6)
    .optional()
    .describe("find the cell and crop around it: side in diameters of its nucleus; default: the whole picture"),
  cellHue: share.optional().describe("how far the nucleus's hue is then brought to a reference; default: 1, wholly"),
  cellDensity: share.optional().describe("how far its density is; default: 0.5"),
  cellWhite: z.boolean().optional().describe("whether the background becomes white; default: yes"),
  cellOwn: z
    .boolean()
    .optional()
    .describe("whether the crop in its own colours comes first, for a joined model; default: no"),
  cropRedCells: z
    .number()
    .min(1)
    .max(10)
    .optional()
    .describe("crop each cell at its laboratory's scale: side in widths of a red cell; default: the whole picture"),
  viewStain: z
    .number()
    .min(1)
    .max(4)
    .optional()
    .describe(
      "views at so many times the density of the stain, and at its inverse, are averaged too; default: 1, none",
    ),
  laboratoryPower: share
    .optional()
    .describe("of several laboratories, each one's share goes with its number of images to this power; default: 0"),
  maskAbsent: z
    .boolean()
    .optional()
    .describe("of several laboratories, do not ask one's images about classes that it lacks; default: no"),
  views: z
    .number()
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe("turned and mirrored views of a picture that the finished model averages; default: 1"),
  preprocessing: z
    .enum(["right", "twice", "unit"])
    .default("right")
    .describe("a published fault, to show what it does"),
  epochs: count.default(40).describe("passes over the training images"),
  batchSize: count.default(32).describe("images a step"),
  optimizer: z.enum(["adamw", "adam", "sgd", "rmsprop"]).default("adamw").describe("rule of change"),
  backboneRate: z.number().min(0).max(10).optional().describe("factor on a backbone's learning rate; default: 1"),
  layerDecay: share.optional().describe("further factor for each of its blocks, from the last down; default: 1"),
  unfreezeFrom: z
    .string()
    .optional()
    .describe("first block of a backbone that learns, such as block_13; implies frozen: false"),
  batchNorm: z
    .enum(["adapt", "frozen"])
    .optional()
    .describe("whether a backbone's batch normalisations learn; default: adapt"),
  decayNorms: z.boolean().optional().describe("let biases and normalisation layers decay as kernels do; default: yes"),
  averageDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .optional()
    .describe("decay of the moving average of weights that the run ends with; default: no average"),
  learningRate: z.number().positive().default(2e-3).describe("learning rate, the highest of a schedule"),
  weightDecay: z.number().min(0).optional().describe("decay of the parameters; default: the optimizer's own"),
  sgdMomentum: share.default(0.9).describe("momentum of sgd"),
  nesterov: z.boolean().default(true).describe("Nesterov's momentum for sgd"),
  clipNorm: z.number().positive().optional().describe("largest length of the gradient"),
  schedule: z.enum(["constant", "cosine", "exponential"]).default("cosine").describe("how the learning rate falls"),
  warmupEpochs: z.number().min(0).default(0).describe("epochs over which it first climbs"),
  finalRate: share.optional().describe("where the cosine ends, as a share of its highest; default: 0"),
  decayRate: z.number().positive().default(0.9).describe("factor an epoch of the exponential schedule"),
  labelSmoothing: share.default(0).describe("share of a label spread over all classes"),
  mixup: z.number().min(0).max(4).optional().describe("alpha of mixup, images laid over each other; default: 0, none"),
  cutmix: z.number().min(0).max(4).optional().describe("alpha of CutMix, a part of another image; default: 0, none"),
  focalGamma: z.number().min(0).optional().describe("gamma of the focal loss; default: plain cross-entropy"),
  focalAlpha: z.number().positive().default(0.25).describe("alpha of the focal loss"),
  balance: z.enum(["none", "sampling", "weights"]).default("sampling").describe("what makes classes count alike"),
  rotation: z.number().min(0).max(180).default(180).describe("largest rotation, degrees"),
  zoom: z.number().min(0).max(0.9).default(0.1).describe("largest zoom, a share, each axis by itself"),
  horizontalFlip: z.boolean().default(true).describe("mirror half the images left to right"),
  verticalFlip: z.boolean().default(true).describe("mirror half the images top to bottom"),
  augment: z.boolean().default(true).describe("rotate, zoom and flip training images"),
  ...augmentationKeys,
  copies: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("augmented copies an image whose features a frozen backbone keeps"),
  validation: z
    .number()
    .min(0.01)
    .max(0.9)
    .default(0.15)
    .describe("share of the training images held out to choose by"),
  split: z
    .enum(["stratified", "keras", "leaky"])
    .default("stratified")
    .describe("how they are chosen; leaky ignores siblings, to show what that does"),
  groupBy: z.string().optional().describe("manifest column whose images stay on one side: patient, slide"),
  earlyStopping: count.optional().describe("epochs without improvement before the run ends; default: never"),
  reduceOnPlateau: count
    .optional()
    .describe("epochs without improvement before the learning rate falls; default: never"),
  reduceFactor: z.number().positive().max(1).default(0.5).describe("what it is then multiplied by"),
  minLearningRate: z.number().min(0).default(1e-6).describe("where that ends"),
  monitor: z.enum(MONITORS).default("val_loss").describe("the figure that callbacks watch"),
  restoreBest: z.boolean().default(false).describe("end with the weights of the best epoch, not the last"),
  seed: z.number().int().min(0).default(0).describe("random seed"),
  threads: count.optional().describe("threads of the engine; default: one a core"),
  splitSeed: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe("what the split comes from, where runs are to share it; default: seed"),
  device: z.enum(["cpu", "cuda", "dml", "coreml", "webgpu"]).default("cpu").describe("where the engine runs"),
});

/** Every setting of a training run, defaults filled in. */
export type Recipe = z.output<typeof schema>;

/** A key of a recipe. */
export type RecipeKey = keyof Recipe;

/** Groups of keys that stand together in the schema: the first key of each. */
const GROUPS: Readonly<Partial<Record<RecipeKey, string>>> = {
  model: "Model",
  cellDiameters: "What the model sees",
  epochs: "Optimizer and schedule",
  labelSmoothing: "Loss and balance of classes",
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
 * @throws ERR_CONFIG naming the key, what it takes and what it got; for an unknown key the nearest one.
 */
export function parseRecipe(values: Readonly<Record<string, unknown>>, source = "recipe"): Recipe {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const near = nearest(key, Object.keys(schema.shape));
    throw new LeukogramError("ERR_CONFIG", `${source}: there is no setting "${key}"`, {
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
