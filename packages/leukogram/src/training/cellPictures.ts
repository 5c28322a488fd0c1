import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session } from "@leukogram/engine/runtime/session";
import { type CellNormalizationOptions, cellNormalization, FIELD_SIZE } from "../cells/cellNormalization.ts";
import type { PrepareStep } from "../data/loading/cacheBuild.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { squareField } from "../data/pictures/squareField.ts";

/** How much wider than the model's crop a training field is, so that scale and shift have something to show. */
export const FIELD_MARGIN = 1.6;

/** Raised where the pixels of normalised cells change, so that old caches are not read. */
const VERSION = 2;

/** Normalises decoded pictures by the graph that the exported model holds. */
export class CellPictures implements PrepareStep {
  readonly name: string;
  readonly #options: CellNormalizationOptions;
  #session: Promise<Session> | undefined;

  constructor(options: CellNormalizationOptions) {
    this.#options = options;
    this.name = `cells ${VERSION} ${JSON.stringify(options)}`;
  }

  async apply(image: RgbImage): Promise<RgbImage> {
    const { size } = this.#options;
    return { width: size, height: size, data: interleaved(await this.planar(image)) };
  }

  /** The picture as a model's first layer takes it: [3, H, W], or [6, H, W] where its own colours come first. */
  async planar(image: RgbImage): Promise<Uint8Array> {
    this.#session ??= createSession(compile(this.#graph()), { threads: 1 });
    const field = squareField(image, FIELD_SIZE);
    const { cells } = await (await this.#session).run({
      images: { data: field, shape: [1, FIELD_SIZE, FIELD_SIZE, 3] },
    });
    return Uint8Array.from(cells!.data as Float32Array, (value) => value + 0.5);
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await (await this.#session)?.release();
  }

  #graph() {
    const images = ops.input("images", ["batch", FIELD_SIZE, FIELD_SIZE, 3], "uint8");
    return { cells: cellNormalization(ops.cast(ops.transpose(images, [0, 3, 1, 2]), "float32"), this.#options) };
  }
}

// [3, H, W] to [H, W, 3].
function interleaved(planar: Uint8Array): Uint8Array {
  const count = planar.length / 3;
  const out = new Uint8Array(planar.length);
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++) out[i * 3 + channel] = planar[channel * count + i]!;
  return out;
}
