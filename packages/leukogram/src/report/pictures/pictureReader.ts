import { compile } from "@leukogram/engine/graph/compile";
import { seenPicture } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import { type CellNormalizationOptions, FIELD_SIZE, normalizedCells } from "../../cells/cellNormalization.ts";
import { decodeImage } from "../../data/pictures/image.ts";
import { resizeBilinearUint8 } from "../../data/pictures/resize.ts";
import type { RgbImage } from "../../data/pictures/rgbImage.ts";
import { squareField } from "../../data/pictures/squareField.ts";
import { cropAtScale } from "../../data/scale/cellCrop.ts";
import { familiarityOf } from "../../evaluation/classifierFacts.ts";
import type { SeenPicture } from "../../explain/picture.ts";
import type { HomeFacts } from "../../training/homeFacts.ts";

/** A model, and how pictures are normalised before its first layer; undefined if they are not. */
export interface SeeingModel {
  readonly model: Model;
  readonly cells: CellNormalizationOptions | undefined;
  /** Side of the crop that it takes, in widths of a red cell; undefined if it takes whole pictures. */
  readonly cropRedCells?: number | undefined;
  /** What it knows of its own laboratories; undefined if it says nothing of them. */
  readonly home?: HomeFacts | undefined;
}

/** A picture as a model sees it, and how familiar it looks; undefined if the model can't tell. */
export type ReadPicture = SeenPicture & { readonly familiarity: number | undefined };

/** Options of {@link PictureReader.read}. */
export interface ReadPictureOptions {
  /** What messages call the file; default: its path. */
  readonly name?: string | undefined;
  /** Width of a red cell, pixels, for models that crop cells at their scale; default: the cell's own nucleus tells it. */
  readonly redCell?: number | undefined;
}

/** Brings files to what a model's first layer sees, by the graph that its model.onnx holds. */
export class PictureReader {
  readonly #given: SeeingModel;
  readonly #session: Promise<Session>;

  constructor(given: SeeingModel, options: SessionOptions) {
    this.#given = given;
    this.#session = createSession(compile({ seen: seenPicture(given.model, normalizedCells(given.cells)) }), options);
  }

  /** @throws ERR_IMAGE if the file can't be read. */
  async read(path: string, { name = path, redCell }: ReadPictureOptions = {}): Promise<ReadPicture> {
    const [height, width, channels] = this.#given.model.input.shape as [number, number, number];
    const image = await decodeImage(path, { name });
    const brought = this.#bring(image, redCell);
    const { data, height: h, width: w } = brought;
    const { seen } = await (await this.#session).run({ images: { data, shape: [1, h, w, 3] } });
    const { home, cropRedCells } = this.#given;
    // As bringImage tells it.
    const looked = cropRedCells === undefined ? image : brought;
    const familiarity = home && familiarityOf(looked, home);
    return { data: seen!.data as Float32Array, channels, height, width, familiarity };
  }

  // As predict brings them to a model.
  #bring(image: RgbImage, redCell: number | undefined): RgbImage {
    const { model, cells, cropRedCells } = this.#given;
    const [height, width] = model.input.shape as [number, number];
    if (cells) return { data: squareField(image, FIELD_SIZE), height: FIELD_SIZE, width: FIELD_SIZE };
    if (cropRedCells === undefined) return { data: resizeBilinearUint8(image, height, width), height, width };
    return { data: cropAtScale(image, { redCells: cropRedCells, redCell, size: height }).pixels, height, width };
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await (await this.#session).release();
  }
}
