// The labels as the app shows them: letter, colour, order.

import { CELL_COLOURS } from "leukogram/cells/classes";
import type { CSSProperties } from "react";

/** Colours of what is none of the five types. */
const OTHER_COLOURS: Readonly<Record<string, string>> = {
  Unidentified: "#5B6470",
  Artefact: "#8A8F98",
  Smudge: "#B4A7C0",
};

/** A label's letter: its key, and what a cell wears. */
export function letterOf(label: string): string {
  return label[0]!.toUpperCase();
}

/** A label's colour, and the text colour that reads on it. */
export function colourOf(label: string): { readonly ground: string; readonly text: string } {
  const ground = CELL_COLOURS[label] ?? OTHER_COLOURS[label] ?? "#5B6470";
  return { ground, text: luminance(ground) > 0.179 ? "#000000" : "#FFFFFF" };
}

/** Custom properties for an element that wears a label's colour. */
export function labelStyle(label: string): CSSProperties {
  const { ground, text } = colourOf(label);
  return { "--label": ground, "--on-label": text } as CSSProperties;
}

/** WCAG's relative luminance of #RRGGBB, 0 to 1; where it is 0.179, black and white read as well. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
