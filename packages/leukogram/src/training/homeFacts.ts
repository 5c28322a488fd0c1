// What a model's file says of the laboratory that it was trained in, beside its network.
import { type Familiarity, familiarityP } from "../metrics/familiarity.ts";

/** What a model knows of its own laboratories. */
export interface HomeFacts {
  /** How pictures look there; one for each that it was trained on or adapted to, none in files of older versions. */
  readonly looks: readonly Familiarity[];
  /** Divides logits, so that probabilities are what they say on its validation images; undefined where not known. */
  readonly temperature: number | undefined;
  /**
   * The least probability of its answer at which a cell is not rejected, and the share of wrong answers that this stays
   * under on its validation images; undefined where not known.
   */
  readonly reject?: { readonly threshold: number; readonly error: number } | undefined;
}

/** Below which probability of its class a cell is rejected. */
export interface RejectThreshold {
  readonly threshold: number;
  /** Share of wrong answers under which the model stays with it at home, with 95 % confidence; undefined where not known. */
  readonly error: number | undefined;
}

/** Where a model says nothing, a cell is answered that is more likely its class than all others together. */
const UNKNOWN: RejectThreshold = { threshold: 0.5, error: undefined };

/** The threshold that a model carries: the same for commands, server and private mode. */
export function rejectThreshold({ reject }: Pick<HomeFacts, "reject"> = {}): RejectThreshold {
  return reject ?? UNKNOWN;
}

/** A picture of which fewer of a model's own are as strange as this share is called unfamiliar. */
export const UNFAMILIAR = 0.01;

/** Whether a picture is unfamiliar: stranger than 99 of 100 of the model's own. One that nothing is known of is not called so. */
export function isUnfamiliar(familiarity: number | null | undefined): boolean {
  return typeof familiarity === "number" && familiarity < UNFAMILIAR;
}

/** The share of pictures of the laboratory that is most like it which are as strange; undefined where none is known. */
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
