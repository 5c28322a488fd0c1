import { LeukogramError } from "@leukogram/engine/core/errors";
import { z } from "zod";

const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

const file = z.strictObject({
  /** Name in the folder of shipped models. */
  file: z.string().regex(/^[\w.-]+$/),
  /**
   * An .onnx file answers; a .keras file holds the layers and their weights, so that they can be changed; a memory
   * holds what the model made of cells of its own laboratory, to keep to while it is changed.
   */
  format: z.enum(["onnx", "keras", "memory"]),
  /** What the numbers are rounded to. */
  precision: z.enum(["float32", "float16", "int8"]),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const figure = z.strictObject({
  /** Name of the images that it was judged on. */
  data: z.string(),
  /** Whether they come from the laboratory of the training images. */
  place: z.enum(["home", "away"]),
  count: z.int().positive(),
  accuracy: estimate,
  balancedAccuracy: estimate,
});

const model = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  /** What it was trained on, by name. */
  data: z.string(),
  /** SPDX identifier. */
  licence: z.string(),
  /** Works to cite, one a line. */
  citations: z.array(z.string()),
  classes: z.array(z.string()).min(2),
  /** [height, width] in pixels. */
  imageSize: z.tuple([z.int().positive(), z.int().positive()]),
  parameters: z.int().positive(),
  /** The first is the .onnx file that the name stands for. */
  files: z.array(file).min(1),
  figures: z.array(figure),
});

const index = z.strictObject({ version: z.literal(1), models: z.array(model) });

/** A trained model that comes with the package: an entry of models/index.json. */
export type ShippedModel = z.infer<typeof model>;

/** One file of a shipped model. */
export type ShippedFile = z.infer<typeof file>;

/** What a shipped model got on one set of images; the limits are 95 %. */
export type ShippedFigure = z.infer<typeof figure>;

/** The version of the index that is written. */
export const INDEX_VERSION = 1;

/** The model that is used if none is named. */
export const DEFAULT_MODEL = "mobilenetv2-anylab";

/**
 * Reads the text of an index of shipped models.
 *
 * @throws LeukogramError ERR_FORMAT if it is no such index.
 */
export function parseShippedIndex(text: string, source: string): readonly ShippedModel[] {
  try {
    return index.parse(JSON.parse(text)).models;
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? (cause as Error).message : `${issue.path.join(".")}: ${issue.message}`;
    throw new LeukogramError("ERR_FORMAT", `${source}: ${what}`, {
      hint: "Reinstall Leukogram, or create the index with scripts/shipModels.ts.",
      cause,
    });
  }
}
