import { FIELD_SIZE } from "../nn/cellNormalization.ts";
import { createSession } from "../runtime/node.ts";
import type { Session } from "../runtime/session.ts";

/** Length of an embedding. */
export const EMBEDDING = 256;

/**
 * Brings pictures to what our own classifier sees in them, before its last layer: cells that look alike are near, wherever
 * they lie in the picture, however large and in whatever stain.
 */
export class CellEmbedder {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** @param model of `embeddingModel`. */
  static async open(model: Uint8Array): Promise<CellEmbedder> {
    return new CellEmbedder(await createSession(model, { threads: 1 }));
  }

  /** The embedding, [256], of a square field [256, 256, 3]. */
  async embed(data: Uint8Array): Promise<Float32Array> {
    const { output } = await this.#session.run({ images: { data, shape: [1, FIELD_SIZE, FIELD_SIZE, 3] } });
    return output!.data as Float32Array;
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
