import { counted } from "@leukogram/engine/core/counted";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { clopperPearson } from "../metrics/limits/proportion.ts";
import type { Audit, CopyGroup, Finding, NamedShortcut, OddFile } from "./types.ts";

/** Fewer images of a class than this say next to nothing of it. */
const FEW = 30;

/** What an audit found in sentences, the worst first. */
export function findingsOf(audit: Omit<Audit, "findings">): Finding[] {
  const all = [
    ...badFindings(audit),
    ...copyFindings(audit),
    ...augmentedFindings(audit),
    ...audit.shortcuts.flatMap((shortcut) => shortcutFindings(shortcut, audit.classes)),
    ...suspectFindings(audit),
    ...oddFindings(audit.odd),
    ...countFindings(audit),
  ];
  const rank = { fault: 0, doubt: 1, note: 2 };
  return all.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function badFindings({ bad }: Pick<Audit, "bad">): Finding[] {
  if (bad.length === 0) return [];
  const of = (problem: string) => bad.filter((file) => file.problem === problem).length;
  const kinds = ["empty", "truncated", "unreadable"].flatMap((kind) => (of(kind) > 0 ? [`${of(kind)} ${kind}`] : []));
  return [
    {
      severity: "fault",
      text: `${counted(bad.length, "file")} can't be read (${kinds.join(", ")}), such as ${bad[0]!.file}. Copy them again, or remove them.`,
    },
  ];
}

function copyFindings({ copies, parts }: Pick<Audit, "copies" | "parts">): Finding[] {
  const findings: Finding[] = [];
  const example = (group: CopyGroup) =>
    group.members
      .slice(0, 2)
      .map(({ file }) => file)
      .join(" and ");
  const across = copies.filter(({ acrossParts }) => acrossParts);
  if (across.length > 0)
    findings.push({
      severity: "fault",
      text: `${counted(across.length, "cell is", "cells are")} in more than one of ${parts.join(", ")}: a model is tested on what it learned from, and its figures are too good. Keep each in one part only. Such as ${example(across[0]!)}.`,
    });
  const conflicts = copies.filter(({ acrossClasses }) => acrossClasses);
  if (conflicts.length > 0)
    findings.push({
      severity: "fault",
      text: `${counted(conflicts.length, "cell has", "cells have")} more than one label: at most one can be right. Look at them, and remove the wrong ones. Such as ${example(conflicts[0]!)}.`,
    });
  const rest = copies.filter((group) => !group.acrossParts && !group.acrossClasses && !group.isNamed);
  if (rest.length > 0)
    findings.push({
      severity: "doubt",
      text: `${counted(rest.length, "cell is", "cells are")} there more than once in one part and class. A split into training and validation images may part them, and such a cell counts more often than others. Keep one of each. Such as ${example(rest[0]!)}.`,
    });
  return findings;
}

function augmentedFindings({ augmented: { images, acrossParts } }: Pick<Audit, "augmented">): Finding[] {
  if (images === 0) return [];
  if (acrossParts > 0)
    return [
      {
        severity: "fault",
        text: `${counted(acrossParts, "augmented copy has its", "augmented copies have their")} original or a sibling in another part: the set was split after augmentation. Split first, then augment the training images alone.`,
      },
    ];
  return [
    {
      severity: "note",
      text: `${counted(images, "image is", "images are")} named as augmented copies. Leukogram's own splits keep them with their originals; those of other tools may not.`,
    },
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const limits = ({ value, low, high }: Estimate) => `${percent(value)} (95 % ${percent(low)} to ${percent(high)})`;

function shortcutFindings(shortcut: NamedShortcut, classes: readonly string[]): Finding[] {
  const { name, chance, balancedAccuracy, recall, beatsChance } = shortcut;
  const reached = `balanced accuracy ${limits(balancedAccuracy)}, where guessing reaches ${percent(chance)}`;
  if (!beatsChance) {
    const what = { background: "the background", colours: "colours alone", file: "size and format of the file" }[name];
    return [
      {
        severity: "note",
        text: `The class can't be told from ${what}, or hardly: ${reached}. That is as it should be.`,
      },
    ];
  }
  const best = [...recall.keys()].sort((a, b) => recall[b]!.value - recall[a]!.value)[0]!;
  const easiest = `Most easily ${classes[best]}, ${percent(recall[best]!.value)} of whose images are told.`;
  if (name === "background")
    return [
      {
        severity: "doubt",
        text: `The class can be told from the background alone, with the cell masked out: ${reached}. ${easiest} Classes were photographed on different slides, days or cameras, so a model can score well here without having learned anything of cells: doubt every accuracy on this set, and test on slides that hold all classes.`,
      },
    ];
  if (name === "file")
    return [
      {
        severity: "doubt",
        text: `The class can be told from size and format of the file, without a look at the picture: ${reached}. ${easiest} Classes came by different ways into this set. Save all images in one size and format.`,
      },
    ];
  return [
    {
      severity: "note",
      text: `The class can be told from colours alone, without any form: ${reached}. ${easiest} In part that is as it should be, as cells take stains differently; but a model that leans on it falls in a laboratory with another stain.`,
    },
  ];
}

function suspectFindings({ suspects, images }: Pick<Audit, "suspects" | "images">): Finding[] {
  if (suspects === undefined || suspects.length === 0) return [];
  const { file, label, suggested } = suspects[0]!;
  return [
    {
      severity: "doubt",
      text: `${counted(suspects.length, "label is", "labels are")} probably wrong, of ${images} images: models that did not learn from them are sure of another class. Look at them, the first first; a model errs too. Such as ${file}, labelled ${label}, rather ${suggested}.`,
    },
  ];
}

function oddFindings(odd: readonly OddFile[]): Finding[] {
  const kinds = [...new Set(odd.flatMap(({ oddities }) => oddities))].sort();
  return kinds.map((kind) => {
    const own = odd.filter(({ oddities }) => oddities.includes(kind));
    return { severity: "doubt", text: `${counted(own.length, "image")}: ${ODD_TEXT[kind]} Such as ${own[0]!.file}.` };
  });
}

const ODD_TEXT: Readonly<Record<OddFile["oddities"][number], string>> = {
  greyscale: "grey, without colours. Models of stained cells need colours.",
  alpha: "with transparency, which is dropped.",
  cmyk: "in CMYK, printers' colours, which come out changed.",
  "16 bits": "with 16 bits a channel, of which 8 are kept.",
  "rotated by EXIF": "turned by their EXIF data, which is ignored.",
  "other content than its name says": "of another format than the name's ending says.",
  "odd size":
    "of another size or shape than the rest by a factor of 1.5 or more, so that cells look larger or smaller.",
};

function countFindings({ counts, parts }: Pick<Audit, "counts" | "parts">): Finding[] {
  const findings: Finding[] = [];
  const judged = parts.at(-1)!;
  for (const { class: name, byPart } of counts) {
    const images = byPart[judged] ?? 0;
    if (images >= FEW) continue;
    const right = Math.round(0.9 * images);
    const { low, high } = clopperPearson(right, images);
    const where = parts.length > 1 ? ` in ${judged}` : "";
    findings.push({
      severity: "doubt",
      text:
        images === 0
          ? `${name} has no image${where}: nothing can be said of it.`
          : `${name} has ${counted(images, "image")}${where}: too few to say anything about. Were ${right} of them recognised, the share could be anything from ${percent(low)} to ${percent(high)}.`,
    });
  }
  const totals = counts.map(({ total }) => total);
  const ratio = Math.max(...totals) / Math.max(1, Math.min(...totals));
  if (ratio > 3)
    findings.push({
      severity: "note",
      text: `The largest class has ${ratio.toFixed(0)} times as many images as the smallest: read balanced accuracy, not accuracy.`,
    });
  return findings;
}
