// The labels as the app shows them: letter, colour, order. Which ones there are besides those of every laboratory, the server says.

import { CELL_COLOURS } from "leukogram/cells/classes";
import { COUNTED_AS, countsAs, LABELS } from "leukogram/review/labels";
import { type LabelSet, USUAL_LABELS } from "leukogram/review/ownLabels";
import { type CSSProperties, useSyncExternalStore } from "react";
import { get } from "./api/client.ts";

let set: LabelSet = USUAL_LABELS;
const listeners = new Set<() => void>();

/** The laboratory's labels, as they were asked for last. */
export const labelSet = () => set;

/** Takes the labels that the server has. */
export function keepLabelSet(next: LabelSet): void {
  if (JSON.stringify(next) === JSON.stringify(set)) return;
  set = next;
  for (const listener of listeners) listener();
}

/** Asks for them; without a server those that are known stay. */
export async function loadLabelSet(): Promise<void> {
  await get<LabelSet>("/labels").then(keepLabelSet, () => {});
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The laboratory's labels, followed as they change. */
export const useLabels = () => useSyncExternalStore(subscribe, labelSet);

/** What a cell can be labelled as, and by which key: labels of every laboratory, then its own. */
export function offeredLabels({ keys, own } = set): readonly { readonly name: string; readonly key: string }[] {
  return [...LABELS.map((name) => ({ name, key: keys[name] })), ...own];
}

/** What a label of the laboratory's own counts as; undefined for all others. */
export const ownCountOf = (name: string) => set.own.find((label) => label.name === name)?.countsAs;

/** What a label counts as. */
export const countOf = (name: string) => ownCountOf(name) ?? countsAs(name);

/** Puts names in the order of the gallery: by what they count as, that itself first, then in the laboratory's order. */
export function inLabelOrder(names: Iterable<string>): string[] {
  const place = (name: string) => {
    const counted = countOf(name) ?? "Unidentified";
    const own = set.own.findIndex((label) => label.name === name);
    return 100 * COUNTED_AS.indexOf(counted) + (name === counted ? 0 : 1 + own);
  };
  return [...new Set(names)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** What types without a key of their own wear. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ BandNeutrophil: "Bd", SegmentedNeutrophil: "Sg", Metamyelocyte: "Me", Myelocyte: "My", Promyelocyte: "Pm" },
  ...{ Erythroblast: "Er", Platelet: "Pl", OtherLeukocyte: "Ot", NotLeukocyte: "No" },
};

/** Colours of what is none of the five types. */
const OTHER_COLOURS: Readonly<Record<string, string>> = {
  OtherLeukocyte: "#00786C",
  Erythroblast: "#A3293D",
  NotLeukocyte: "#C9C2AE",
  Unidentified: "#5B6470",
  Artefact: "#8A8F98",
  Smudge: "#B4A7C0",
};

/** A label's letter: its key, and what a cell wears. */
export function letterOf(label: string): string {
  const key = offeredLabels().find(({ name }) => name === label)?.key;
  return key?.toUpperCase() ?? LETTERS[label] ?? label[0]!.toUpperCase();
}

/** A label's colour, that of what it counts as, and the text colour that reads on it. */
export function colourOf(label: string): { readonly ground: string; readonly text: string } {
  const counted = countOf(label) ?? label;
  const ground = CELL_COLOURS[counted] ?? OTHER_COLOURS[counted] ?? "#5B6470";
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
