import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Model } from "@leukogram/engine/nn/model";
import { integratedGradients, STEPS } from "./integratedGradients.ts";
import { isBypassed, mapStep } from "./mapLayers.ts";
import { type Method, methodEntry } from "./methods.ts";
import { ModelRunner, type OpenSession } from "./modelRunner.ts";
import { occlusion, PATCH } from "./occlusion.ts";
import { type FoundCell, findCell, shareOnCell } from "./onCell.ts";
import type { PictureMap, SeenPicture } from "./picture.ts";
import { untrainedContext } from "./randomWeights.ts";
import { type SanityCheck, sanityCheck } from "./sanityCheck.ts";
import { scoreCam } from "./scoreCam.ts";

/** Options of {@link Explainer}. */
export interface ExplainerOptions {
  readonly open: OpenSession;
  /** Untrained models against which each map is checked; default 3, 0 for no check. */
  readonly checks?: number;
  /** What their weights come from; default 0. */
  readonly seed?: number;
}

/** What {@link Explainer.explain} takes beside the picture. */
export interface ExplainOptions {
  readonly method: Method;
  /** Index of the class to explain. */
  readonly target: number;
  /** For the methods that need one; default: the last with maps. */
  readonly layer?: string | undefined;
  /** What counts as an empty picture, one value a channel; default: the background's colour. */
  readonly baseline?: readonly number[] | undefined;
  /** Points of the way of integrated gradients; default 64. */
  readonly steps?: number | undefined;
  /** Side of the patch of occlusion as a share of the picture's; default 1/6. */
  readonly patch?: number | undefined;
  readonly signal?: StopSignal | undefined;
}

/** A class of a picture, explained. */
export interface Explanation {
  readonly method: Method;
  readonly target: number;
  /** The layer whose maps were weighted; undefined if the method needs none. */
  readonly layer: string | undefined;
  /** Whether some of what the model sees goes by ways around that layer: the map then tells a part only. */
  readonly isBypassed: boolean;
  readonly map: PictureMap;
  /** Share of the map's weight on the cell; NaN if the map is empty. */
  readonly onCell: number;
  readonly cell: FoundCell;
  /** Undefined if no check was wanted. */
  readonly check: SanityCheck | undefined;
  /** What the method found beside its map, by name. */
  readonly figures: Readonly<Record<string, number>>;
}

interface Found {
  readonly map: PictureMap;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * Explains a model's answers: maps of what a class was told by, and whether they depend on what the model learned.
 *
 * @example
 * const explainer = new Explainer(model, { open: createSession });
 * const { map, onCell, check } = await explainer.explain(picture, { method: "gradcam", target: 2 });
 */
export class Explainer {
  readonly #runner: ModelRunner;
  readonly #untrained: readonly ModelRunner[];

  constructor(model: Model, { open, checks = 3, seed = 0 }: ExplainerOptions) {
    this.#runner = new ModelRunner(model, { open });
    this.#untrained = Array.from(
      { length: checks },
      (_, i) => new ModelRunner(model, { open, context: untrainedContext(model, seed + i) }),
    );
  }

  /** The model's probabilities for a picture, one a class. */
  async probabilities({ data }: SeenPicture): Promise<Float32Array> {
    return (await this.#runner.answer({ data, count: 1 })).probabilities;
  }

  /** @throws ERR_CONFIG if the model has no such layer, or ends in no softmax; ERR_ABORTED. */
  async explain(picture: SeenPicture, options: ExplainOptions): Promise<Explanation> {
    const { method, target, layer } = options;
    const cell = findCell(picture);
    const settings = { ...options, baseline: options.baseline ?? cell.background };
    const { map, figures } = await mapOf(this.#runner, picture, settings);
    const others: PictureMap[] = [];
    for (const runner of this.#untrained) others.push((await mapOf(runner, picture, settings)).map);
    const step = methodEntry(method).needsMaps ? mapStep(this.#runner.model, layer) : undefined;
    return {
      method,
      target,
      layer: step?.layer.name,
      isBypassed: step !== undefined && isBypassed(this.#runner.model, step),
      map,
      onCell: shareOnCell(map, cell),
      cell,
      check: others.length === 0 ? undefined : sanityCheck(map, others),
      figures,
    };
  }

  /** Frees all that it holds. */
  async close(): Promise<void> {
    for (const runner of [this.#runner, ...this.#untrained]) await runner.close();
  }
}

type Settings = ExplainOptions & { readonly baseline: readonly number[] };

async function mapOf(runner: ModelRunner, picture: SeenPicture, settings: Settings): Promise<Found> {
  const { method, target, layer, baseline, steps = STEPS, patch = PATCH, signal } = settings;
  switch (method) {
    case "gradcam":
      return { map: await runner.gradCam(picture, { target, layer }), figures: {} };
    case "scorecam":
      return { map: await scoreCam(runner, picture, { target, layer, baseline, signal }), figures: {} };
    case "integrated": {
      const found = await integratedGradients(runner, picture, { target, baseline, steps, signal });
      const { map, sum, logit, baselineLogit } = found;
      return { map, figures: { steps, sum, logit, baselineLogit, error: sum - (logit - baselineLogit) } };
    }
    case "occlusion": {
      const found = await occlusion(runner, picture, { target, colour: baseline, patch, signal });
      const { map, side, patches, probability, lowest } = found;
      return { map, figures: { side, patches, probability, lowest } };
    }
  }
}
