import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { FEWEST_NUCLEI, parseScale, type Scale } from "leukogram/data/scale/scale";
import { type ClassifierFacts, classifierFacts } from "leukogram/evaluation/classifierFacts";
import { answeringModels, changeScale, firstImages, readScale } from "../../store/settings/scale.ts";
import type { Store } from "../../store/store.ts";
import type { Wish } from "../../store/trail.ts";
import type { Engine } from "./engine.ts";
import { type Models, requireFile } from "./models.ts";

/** At most so many of the laboratory's first cells are measured. */
const MOST_MEASURED = 200;

/** What {@link Scales} works with. */
export interface ScalesOptions {
  readonly store: Store;
  readonly models: Models;
  readonly engine: Engine;
}

/** The scale of the laboratory's pictures: told by an admin, else measured from its first cells and then kept. */
export class Scales {
  readonly #given: ScalesOptions;
  // Cells that were there when they last told no scale.
  #tried = 0;

  constructor(given: ScalesOptions) {
    this.#given = given;
  }

  /** The laboratory's own; undefined if it is not known yet. */
  current(): Promise<Scale | undefined> {
    return readScale(this.#given.store.database.queries);
  }

  /** What a model crops cells at: the laboratory's scale, else what the model carries; undefined if it crops none. */
  async of(model: string): Promise<Scale | undefined> {
    const { cropRedCells, scale } = factsOf(await this.#given.models.find(model));
    return cropRedCells === undefined ? undefined : ((await this.current()) ?? scale);
  }

  /**
   * Sets it, or has it measured again; cells that were cropped otherwise are classified again.
   *
   * @param text as on the command line, such as 0.10um or 72px; null to measure it.
   * @throws ERR_USAGE if it is no scale.
   */
  async tell(text: string | null, wish: Wish): Promise<void> {
    const scale = text === null ? undefined : parseScale(text);
    this.#tried = 0;
    await changeScale(this.#given.store, wish, { scale, cropping: await this.#cropping() });
  }

  /** Measures it, where it is not known and there are cells enough. @returns whether it is known now, and was not before. */
  async measure(): Promise<boolean> {
    const { store, engine } = this.#given;
    if ((await this.current()) !== undefined) return false;
    const images = await firstImages(store, MOST_MEASURED);
    // Each time twice as many as told nothing, until there are no more to come.
    if (images.length < Math.max(FEWEST_NUCLEI, Math.min(MOST_MEASURED, 2 * this.#tried))) return false;
    if (this.#tried === MOST_MEASURED) return false;
    this.#tried = images.length;
    const files = images.map((sha256) => ({ path: store.images.pathOf(sha256), name: sha256 }));
    const { scale } = await engine.run("measure", { files });
    if (scale === undefined) return false;
    const wish = { actor: "model", key: randomUUID(), kind: "scale.measured", asks: {} };
    await changeScale(store, wish, { scale, cropping: await this.#cropping(), keeps: true });
    return true;
  }

  async #cropping(): Promise<string[]> {
    const { store, models } = this.#given;
    const all = await answeringModels(store);
    const crops = await Promise.all(
      all.map(async (id) => {
        const facts = await models
          .find(id)
          .then(factsOf)
          .catch(() => undefined);
        return facts?.cropRedCells !== undefined;
      }),
    );
    return all.filter((_, i) => crops[i]);
  }
}

/** What a model's file says of it. @throws ERR_NOT_FOUND if its file is gone. */
export function factsOf(model: string): ClassifierFacts {
  return classifierFacts(readMetadata(readFileSync(requireFile(model))), model);
}
