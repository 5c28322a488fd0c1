import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Session } from "@leukogram/engine/runtime/session";
import { createSession, type WebSessionOptions } from "@leukogram/engine/runtime/web";
import type { CellSettings } from "../cells/cellNormalization.ts";
import {
  type BroughtImage,
  bringImage,
  type ClassifierFacts,
  classifierFacts,
  normalizedRow,
  type PictureFacts,
} from "../evaluation/classifierFacts.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import { type CellKeys, cellNormalizationOf } from "../training/cellsOfRecipe.ts";
import { type Picture, readPicture } from "./pictures.ts";
import { redCellOf } from "./scale.ts";

/** How a model sees pictures, as its file says. */
export interface ModelFacts extends ClassifierFacts {
  /** Keys and values that the model file carries. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How a cell is found and normalised before the first layer; undefined if it is not. */
  readonly cells: CellSettings | undefined;
  /** Number of turned and mirrored views that are averaged. */
  readonly views: number;
  /** Views at so many times the stain's density, and at its inverse, are averaged too; 1 for none. */
  readonly viewStain: number;
}

/** What a model says of a picture. */
export interface ClassifiedPicture {
  /** One a class. */
  readonly probabilities: readonly number[];
  /** The class with the largest. */
  readonly label: string;
  /**
   * Share of the model's own pictures that look as strange, or stranger: below 0.01 it is unlike them. Undefined if
   * the model does not know how its own look.
   */
  readonly familiarity: number | undefined;
  /** How the cell was cropped: the share of the crop beyond the picture, and its nucleus. Undefined for whole pictures. */
  readonly crop: BroughtImage["crop"];
}

/** Options of {@link WebClassifier.classify}. */
export interface ClassifyPicturesOptions {
  /** Default: 16. */
  readonly batchSize?: number;
  /**
   * How large the pictures show a cell, for models that take crops: 72px, the width of a red cell, or 0.10um a pixel.
   * Default: what the model carries, else what the nuclei of these pictures say.
   */
  readonly scale?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A trained model that is ready to classify in a page. */
export interface WebClassifier extends ModelFacts {
  readonly fileBytes: number;
  /** Answers in the order of the pictures. @throws ERR_IMAGE if one can't be read; ERR_ABORTED. */
  classify(pictures: readonly Picture[], options?: ClassifyPicturesOptions): Promise<readonly ClassifiedPicture[]>;
  close(): Promise<void>;
}

/**
 * Loads a model.onnx that Leukogram wrote, from its bytes or its address.
 *
 * @throws ERR_FORMAT if it can't be fetched or is no such model; ERR_RUNTIME if the device is not there.
 *
 * @example
 * const classifier = await loadClassifier("/models/mobilenetv2-anylab.onnx");
 * const [answer] = await classifier.classify([fileInput.files[0]]);
 */
export async function loadClassifier(
  model: string | URL | Uint8Array,
  options: WebSessionOptions = {},
): Promise<WebClassifier> {
  const name = model instanceof Uint8Array ? "model" : String(model);
  const bytes = model instanceof Uint8Array ? model : await fetchBytes(model);
  const session = await createSession(bytes, options);
  try {
    const facts = modelFacts(session.metadata, name);
    return {
      ...facts,
      fileBytes: bytes.length,
      classify: (pictures, settings) => classify(session, facts, pictures, settings),
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** The bytes at an address. @throws ERR_FORMAT if they can't be had. */
export async function fetchBytes(address: string | URL): Promise<Uint8Array> {
  const fail = (why: string, cause?: unknown): never => {
    throw new LeukogramError("ERR_FORMAT", `${address}: ${why}`, { hint: "Check the address.", cause });
  };
  const response = await fetch(address).catch((cause) => fail("can't be fetched", cause));
  if (!response.ok) fail(`the server returned status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * What a model file's metadata says of how it sees pictures.
 *
 * @throws ERR_FORMAT as {@link classifierFacts}, and if its recipe is damaged.
 */
export function modelFacts(metadata: Readonly<Record<string, string>>, source: string): ModelFacts {
  const facts = classifierFacts(metadata, source);
  const recipe = recipeKeys(metadata.recipe, source);
  return {
    ...facts,
    metadata,
    cells: cellNormalizationOf(recipe, facts.imageSize[0]),
    views: recipe.views ?? 1,
    viewStain: recipe.viewStain ?? 1,
  };
}

function recipeKeys(
  text: string | undefined,
  source: string,
): CellKeys & { readonly views?: number; readonly viewStain?: number } {
  try {
    return JSON.parse(text ?? "{}");
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${source}: its recipe is damaged`, {
      hint: "Give a model written by Leukogram.",
      cause,
    });
  }
}

async function classify(
  session: Session,
  facts: ModelFacts,
  pictures: readonly Picture[],
  { batchSize = 16, scale, signal, onProgress }: ClassifyPicturesOptions = {},
): Promise<readonly ClassifiedPicture[]> {
  const redCell = await redCellOf(facts, pictures, scale);
  const answers: ClassifiedPicture[] = [];
  for (let start = 0; start < pictures.length; start += batchSize) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "classification was interrupted");
    const { images, brought } = await bringPictures(pictures.slice(start, start + batchSize), facts, redCell);
    const { probabilities } = await session.run({ images });
    const classes = facts.classes.length;
    for (const [i, { familiarity, crop }] of brought.entries()) {
      const row = (probabilities!.data as Float32Array).subarray(i * classes, (i + 1) * classes);
      answers.push({ probabilities: normalizedRow(row), label: facts.classes[argmax(row)]!, familiarity, crop });
    }
    onProgress?.(answers.length, pictures.length);
  }
  return answers;
}

/**
 * Pictures as a model's graph takes them: `images` uint8 [N, height, width, 3], and how each was brought there.
 *
 * @param redCell width of a red cell, pixels, where the scale is known
 */
export async function bringPictures(pictures: readonly Picture[], facts: PictureFacts, redCell?: number | undefined) {
  const [height, width] = facts.imageSize;
  const size = height * width * 3;
  const data = new Uint8Array(pictures.length * size);
  const brought: Omit<BroughtImage, "pixels">[] = [];
  for (const [i, picture] of pictures.entries()) {
    const { pixels, ...how } = bringImage(await readPicture(picture), facts, redCell);
    data.set(pixels, i * size);
    brought.push(how);
  }
  return { images: { data, shape: [pictures.length, height, width, 3] }, brought };
}
