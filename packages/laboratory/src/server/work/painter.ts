import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { OpenRun } from "leukogram/adaptation/openRun";
import { Explainer } from "leukogram/explain/explainPicture";
import { overlayPng } from "leukogram/report/pictures/overlay";
import { PictureReader } from "leukogram/report/pictures/pictureReader";
import type { NamedFile } from "./engineJobs.ts";

/** Paints what of a picture speaks for a class upon it, by one model's Grad-CAM. */
export class Painter {
  readonly #explainer: Explainer;
  readonly #reader: PictureReader;

  constructor(run: Pick<OpenRun, "model" | "cells" | "recipe">, session: SessionOptions) {
    this.#explainer = new Explainer(run.model, { open: (bytes) => createSession(bytes, session), checks: 0 });
    this.#reader = new PictureReader({ ...run, cropRedCells: run.recipe.cropRedCells }, session);
  }

  /**
   * A PNG of the picture as the model sees it, the map upon it.
   *
   * @param target index of the class; default: the most probable one.
   * @throws ERR_IMAGE if the file can't be read; ERR_CONFIG if the model has no layer with maps.
   */
  async paint({ path, ...how }: NamedFile, target?: number): Promise<Uint8Array> {
    const picture = await this.#reader.read(path, how);
    const row = target === undefined ? await this.#explainer.probabilities(picture) : undefined;
    const wanted = target ?? row!.indexOf(Math.max(...row!));
    const { map, cell } = await this.#explainer.explain(picture, { method: "gradcam", target: wanted });
    return overlayPng({ picture, map, mask: cell.mask });
  }

  /** Frees all that it holds. */
  async close(): Promise<void> {
    await this.#explainer.close();
    await this.#reader.close();
  }
}
