import { decodeImage } from "../data/image.ts";
import { looksOf } from "../data/microscopy/measures.ts";
import { type Familiarity, fitFamiliarity } from "../metrics/familiarity.ts";
import { spread } from "./homeMemory.ts";

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
