import { decodeImage } from "../data/image.ts";
import { resizeBilinearUint8 } from "../data/resize.ts";
import { squareField } from "../data/squareField.ts";
import type { SeenPicture } from "../explain/picture.ts";
import { compile } from "../graph/compile.ts";
import { type CellNormalizationOptions, FIELD_SIZE } from "../nn/cellNormalization.ts";
import { seenPicture } from "../nn/exportGraph.ts";
import type { Model } from "../nn/model.ts";
import { createSession } from "../runtime/node.ts";
import type { Session, SessionOptions } from "../runtime/session.ts";

/** A model, and how pictures are normalised before its first layer; undefined where they are not. */
export interface SeeingModel {
  readonly model: Model;
  readonly cells: CellNormalizationOptions | undefined;
}

/** Brings files to what a model's first layer sees, by the graph that its model.onnx holds. */
export class PictureReader {
  readonly #given: SeeingModel;
  readonly #session: Promise<Session>;

  constructor(given: SeeingModel, options: SessionOptions) {
    this.#given = given;
    this.#session = createSession(compile({ seen: seenPicture(given.model, given.cells) }), options);
  }

  /**
   * @param name what messages call the file; default: its path.
   * @throws ERR_IMAGE where the file can't be read.
   */
  async read(path: string, name: string = path): Promise<SeenPicture> {
    const { model, cells } = this.#given;
    const [height, width, channels] = model.input.shape as [number, number, number];
    const image = await decodeImage(path, { name });
    // As predict brings them to a model.
    const [data, h, w] = cells
      ? [squareField(image, FIELD_SIZE), FIELD_SIZE, FIELD_SIZE]
      : [resizeBilinearUint8(image, height, width), height, width];
    const { seen } = await (await this.#session).run({ images: { data, shape: [1, h, w, 3] } });
    return { data: seen!.data as Float32Array, channels, height, width };
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await (await this.#session).release();
  }
}
