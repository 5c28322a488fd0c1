import { createSession } from "@leukogram/engine/runtime/node";
import type { Session } from "@leukogram/engine/runtime/session";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { squareField } from "../data/pictures/squareField.ts";
import { cropAtScale } from "../data/scale/cellCrop.ts";
import type { EmbeddingModel } from "./embeddingModel.ts";

/** Length of an embedding. */
export const EMBEDDING = 256;

/**
 * Brings pictures to what our own classifier sees in them, before its last layer: cells that look alike are near, wherever
 * they lie in the picture, however large and in whatever stain.
 */
export class CellEmbedder {
  readonly #session: Session;
  readonly #model: Omit<EmbeddingModel, "bytes">;

  private constructor(session: Session, model: Omit<EmbeddingModel, "bytes">) {
    this.#session = session;
    this.#model = model;
  }

  /** @param model of `embeddingModel`. */
  static async open({ bytes, ...model }: EmbeddingModel): Promise<CellEmbedder> {
    return new CellEmbedder(await createSession(bytes, { threads: 1 }), model);
  }

  /** The embedding, [256], of a picture. Its own nucleus tells its scale, as copies may be of any. */
  async embed(image: RgbImage): Promise<Float32Array> {
    const { size, cropRedCells: redCells } = this.#model;
    const data =
      redCells === undefined
        ? squareField(image, size)
        : cropAtScale(image, { redCells, redCell: undefined, size }).pixels;
    const { output } = await this.#session.run({ images: { data, shape: [1, size, size, 3] } });
    return output!.data as Float32Array;
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
