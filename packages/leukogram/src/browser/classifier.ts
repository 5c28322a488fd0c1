import { LeukogramError } from "@leukogram/engine/core/errors";
import { createSession, type WebSessionOptions } from "@leukogram/engine/runtime/web";
import type { CellSettings } from "../cells/cellNormalization.ts";
import { type ClassifierFacts, classifierFacts, type PictureFacts } from "../evaluation/classifierFacts.ts";
import {
  bringPictures as bring,
  type ClassifiedPicture,
  type ClassifyPicturesOptions,
  classifyPictures,
} from "../evaluation/classifyPictures.ts";
import { type CellKeys, cellNormalizationOf } from "../training/recipe/cellsOfRecipe.ts";
import { type Picture, readPicture } from "./pictures.ts";

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

/** A trained model that is ready to classify in a page. */
export interface WebClassifier extends ModelFacts {
  readonly fileBytes: number;
  /** Answers in the order of the pictures. @throws ERR_IMAGE if one can't be read; ERR_ABORTED. */
  classify(pictures: readonly Picture[], options?: ClassifyPicturesOptions): Promise<readonly ClassifiedPicture[]>;
  /** Frees what it holds; a second time it does nothing. */
  close(): Promise<void>;
}

/**
 * Loads a model.onnx that Leukogram wrote, from its bytes or its address.
 *
 * @throws ERR_FORMAT if it can't be fetched or is no such model; ERR_RUNTIME if the device is not there.
 *
 * @example
 * const classifier = await loadWebClassifier("/models/mobilenetv2-anylab.onnx");
 * const [answer] = await classifier.classify([fileInput.files[0]]);
 */
export async function loadWebClassifier(
  model: string | URL | Uint8Array,
  options: WebSessionOptions = {},
): Promise<WebClassifier> {
  const name = model instanceof Uint8Array ? "model" : String(model);
  const bytes = model instanceof Uint8Array ? model : await fetchBytes(model);
  const session = await createSession(bytes, options);
  try {
    const facts = modelFacts(session.metadata, name);
    const [height, width] = facts.imageSize;
    const probabilities = async (images: Uint8Array, count: number) => {
      const found = await session.run({ images: { data: images, shape: [count, height, width, 3] } });
      return found.probabilities!.data as Float32Array;
    };
    return {
      ...facts,
      fileBytes: bytes.length,
      classify: (pictures, settings) =>
        classifyPictures(pictures, { facts, read: readPicture, probabilities }, settings),
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

/**
 * Pictures as a model's graph takes them: `images` uint8 [N, height, width, 3], and how each was brought there.
 *
 * @param redCell width of a red cell, pixels, if the scale is known
 */
export function bringPictures(pictures: readonly Picture[], facts: PictureFacts, redCell?: number | undefined) {
  return bring(pictures, facts, { read: readPicture, redCell });
}
