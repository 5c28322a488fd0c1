// What a model's file says of the laboratory that it was trained in, beside its network.
import { type Familiarity, familiarityP } from "../metrics/familiarity.ts";

/** What a model knows of its own laboratories. */
export interface HomeFacts {
  /** How pictures look there; one for each that it was trained on or adapted to, none in files of older versions. */
  readonly looks: readonly Familiarity[];
  /** Divides logits, so that probabilities are what they say on its validation images; undefined if not known. */
  readonly temperature: number | undefined;
  /**
   * The least probability of its answer at which a cell is not rejected, and the share of wrong answers that this stays
   * under on its validation images; undefined if not known.
   */
  readonly reject?: { readonly threshold: number; readonly error: number } | undefined;
}

/** The share of pictures of the laboratory that is most like it which are as strange; undefined if none is known. */
export function familiarityTo({ looks }: Pick<HomeFacts, "looks">, row: readonly number[]): number | undefined {
  return looks.length === 0 ? undefined : Math.max(...looks.map((own) => familiarityP(own, row)));
}

/** As metadata of a model file. */
export function homeMetadata({ looks, temperature, reject }: HomeFacts): Record<string, string> {
  return {
    ...(looks.length > 0 && { looks: JSON.stringify(looks) }),
    ...(temperature !== undefined && { temperature: temperature.toPrecision(6) }),
    ...(reject && { rejectThreshold: reject.threshold.toPrecision(6), rejectError: String(reject.error) }),
  };
}

/** From the metadata of a model file; what is missing or damaged is not known. */
export function homeFactsOf(metadata: Readonly<Record<string, string>>): HomeFacts {
  const [temperature, threshold, error] = [metadata.temperature, metadata.rejectThreshold, metadata.rejectError].map(
    Number,
  ) as [number, number, number];
  return {
    looks: parseLooks(metadata.looks),
    temperature: temperature > 0 ? temperature : undefined,
    reject: threshold >= 0 && threshold <= 1 && error > 0 ? { threshold, error } : undefined,
  };
}

function parseLooks(text: string | undefined): readonly Familiarity[] {
  try {
    const list = JSON.parse(text ?? "[]") as readonly Familiarity[];
    return list.every(
      ({ mean, whitening, distances }) => mean.length > 0 && whitening.length > 0 && distances.length > 0,
    )
      ? list
      : [];
  } catch {
    return [];
  }
}
