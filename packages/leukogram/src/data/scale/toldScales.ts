import { LeukogramError } from "@leukogram/engine/core/errors";
import { parseScale, type Scale } from "./scale.ts";

/** Scales that a user tells, by laboratory; under {@link EVERY} that of all pictures, which are then of one laboratory. */
export type ToldScales = ReadonlyMap<string, Scale>;

/** What a scale without a name goes by. */
export const EVERY = "";

/**
 * Reads scales as a user writes them: `72px` or `0.10um`, or `NAME=72px` for each of several laboratories.
 *
 * @throws LeukogramError ERR_USAGE for what is no scale, or a laboratory that is named twice.
 */
export function parseToldScales(texts: readonly string[]): ToldScales {
  const told = new Map<string, Scale>();
  for (const text of texts) {
    const at = text.lastIndexOf("=");
    const name = at < 0 ? EVERY : text.slice(0, at).trim();
    if (told.has(name))
      throw new LeukogramError("ERR_USAGE", `scale "${text}": a scale ${name && `of ${name} `}is given twice`, {
        hint: "Give one scale, or one for each laboratory: --scale A=72px --scale B=0.10um.",
      });
    told.set(name, parseScale(at < 0 ? text : text.slice(at + 1)));
  }
  return told;
}

/**
 * The scale that was told of a laboratory; undefined if none was.
 *
 * @param laboratories all that there are
 * @throws LeukogramError ERR_USAGE if a scale is of none of them, or one for all is told of several.
 */
export function toldScale(told: ToldScales, laboratory: string, laboratories: readonly string[]): Scale | undefined {
  const stranger = [...told.keys()].find((name) => name !== EVERY && !laboratories.includes(name));
  if (stranger !== undefined)
    throw new LeukogramError("ERR_USAGE", `scale of "${stranger}": no such laboratory`, {
      hint: `Laboratories: ${laboratories.join(", ")}. With one laboratory, omit the name: --scale 72px.`,
    });
  const every = told.get(EVERY);
  if (every !== undefined && laboratories.length > 1)
    throw new LeukogramError("ERR_USAGE", `one scale given for ${laboratories.length} laboratories`, {
      hint: `Name the laboratories: ${laboratories.map((name) => `--scale ${name}=72px`).join(" ")}.`,
    });
  return told.get(laboratory) ?? every;
}
