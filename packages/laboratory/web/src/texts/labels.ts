import type { LabelSet, OwnLabel } from "leukogram/review/ownLabels";
import { many } from "./words.ts";

/** Names that the program gives to what is none of the five types, and to types beyond them. */
const NAMES: Readonly<Record<string, string>> = {
  OtherLeukocyte: "Other leukocyte",
  NotLeukocyte: "No leukocyte",
  BandNeutrophil: "Band neutrophil",
  SegmentedNeutrophil: "Segmented neutrophil",
};

const nameOf = (label: string) => NAMES[label] ?? label;

/** What a laboratory's own label may count as, in the words of a choice. */
const COUNTS: Readonly<Partial<Record<OwnLabel["countsAs"], string>>> = {
  OtherLeukocyte: "Leukocyte, none of the five",
  Erythroblast: "Nucleated red cell",
  NotLeukocyte: "No leukocyte, not counted",
};

/** Labels: their names, and the laboratory's own. */
export const labelsTexts = {
  labels: { name: nameOf },
  ownLabels: {
    title: "Labels and keys",
    what: "What readers can call a cell, and the key that does it. Each label of this laboratory's own counts as one of the five types, or as none of them; counts, reports and messages have the types, and beside them these labels. Each change is in the trail.",
    now: ({ own }: LabelSet) =>
      own.length === 0
        ? "Now: no labels of this laboratory's own."
        : `Now: ${many(own.length, "label")} of this laboratory's own: ${own.map(({ name, key }) => `${name} (${key.toUpperCase()})`).join(", ")}.`,
    keys: "Keys of the labels that every laboratory has",
    own: "This laboratory's own labels",
    keyOf: (name: string) => `Key of ${nameOf(name)}`,
    keyHint: "One letter or digit each. C, K, V and W do something else in the gallery.",
    name: "Name",
    key: "Key",
    countsAs: "Counts as",
    nameOf: (place: number) => `Name of label ${place}`,
    ownKeyOf: (place: number) => `Key of label ${place}`,
    countOf: (place: number) => `Label ${place} counts as`,
    count: (countsAs: OwnLabel["countsAs"]) => COUNTS[countsAs] ?? countsAs,
    add: "Add a label",
    addUsual: "Add the usual ones",
    remove: (name: string) => `Remove ${name}`,
    removeShort: "Remove",
    inUse: "A label that cells of open cases have can't be removed, nor count as something else; its key can change.",
    save: "Set the labels",
    saved: "The labels are set.",
    /** Names that laboratories often need; smudge cells and artefacts are there already. */
    usual: [
      { name: "Band", key: "1", countsAs: "Neutrophil" },
      { name: "Segmented", key: "2", countsAs: "Neutrophil" },
      { name: "Immature granulocyte", key: "3", countsAs: "OtherLeukocyte" },
      { name: "Blast", key: "4", countsAs: "OtherLeukocyte" },
      { name: "Variant lymphocyte", key: "5", countsAs: "Lymphocyte" },
      { name: "Plasma cell", key: "6", countsAs: "OtherLeukocyte" },
      { name: "NRBC", key: "7", countsAs: "Erythroblast" },
      { name: "Giant platelet", key: "8", countsAs: "NotLeukocyte" },
    ] as readonly OwnLabel[],
  },
};
