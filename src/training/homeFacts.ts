// What a model's file says of the laboratory that it was trained in, beside its network.
import { decodeImage } from "../data/image.ts";
import { looksOf } from "../data/microscopy/measures.ts";
import { type Familiarity, familiarityP, fitFamiliarity } from "../metrics/familiarity.ts";
import { spread } from "./homeMemory.ts";

/** What a model knows of its own laboratories. */
export interface HomeFacts {
  /** How pictures look there; one for each that it was trained on or adapted to, none in files of older versions. */
  readonly looks: readonly Familiarity[];
  /** Divides logits, so that probabilities are what they say on its validation images; undefined where not known. */
  readonly temperature: number | undefined;
}

/** A picture of which fewer of a model's own are as strange as this share is called unfamiliar. */
export const UNFAMILIAR = 0.01;

/** More pictures than this are looked at in part, spread evenly over them. */
const MOST_PICTURES = 500;

/** How pictures of a laboratory look; undefined for few. Pictures that can't be read are left out. */
export async function learnLooks(paths: readonly string[]): Promise<Familiarity | undefined> {
  const rows: number[][] = [];
  for (const path of spread(paths, MOST_PICTURES)) {
    const image = await decodeImage(path).catch(() => undefined);
    if (image !== undefined) rows.push(looksOf(image));
  }
  return fitFamiliarity(rows);
}

/** The share of pictures of the laboratory that is most like it which are as strange; undefined where none is known. */
export function familiarityTo({ looks }: Pick<HomeFacts, "looks">, row: readonly number[]): number | undefined {
  return looks.length === 0 ? undefined : Math.max(...looks.map((own) => familiarityP(own, row)));
}

/** As metadata of a model file. */
export function homeMetadata({ looks, temperature }: HomeFacts): Record<string, string> {
  return {
    ...(looks.length > 0 && { looks: JSON.stringify(looks) }),
    ...(temperature !== undefined && { temperature: temperature.toPrecision(6) }),
  };
}

/** From the metadata of a model file; what is missing or damaged is not known. */
export function homeFactsOf({ looks, temperature }: Readonly<Record<string, string>>): HomeFacts {
  const value = Number(temperature);
  return { looks: parseLooks(looks), temperature: value > 0 ? value : undefined };
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
