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
      text: `${counted(across.length, "cell is", "cells are")} in more than one of ${parts.join(", ")}: a model is tested on images from its training set, so its results are too good. Keep each cell in one part only. Example: ${example(across[0]!)}.`,
    });
  const conflicts = copies.filter(({ acrossClasses }) => acrossClasses);
  if (conflicts.length > 0)
    findings.push({
      severity: "fault",
      text: `${counted(conflicts.length, "cell has", "cells have")} more than one label: at most one label can be right. Check these cells, and remove the wrong labels. Example: ${example(conflicts[0]!)}.`,
    });
  const rest = copies.filter((group) => !group.acrossParts && !group.acrossClasses && !group.isNamed);
  if (rest.length > 0)
    findings.push({
      severity: "doubt",
      text: `${counted(rest.length, "cell occurs", "cells occur")} more than once in one part and class. A split may put copies into both training and validation, and copied cells get more weight. Keep one of each. Example: ${example(rest[0]!)}.`,
    });
  return findings;
}

function augmentedFindings({ augmented: { images, acrossParts } }: Pick<Audit, "augmented">): Finding[] {
  if (images === 0) return [];
  if (acrossParts > 0)
    return [
      {
        severity: "fault",
        text: `${counted(acrossParts, "augmented copy has its", "augmented copies have their")} original or a sibling in another part: the set was split after augmentation. Split first, then augment only the training images.`,
      },
    ];
  return [
    {
      severity: "note",
      text: `${counted(images, "image has", "images have")} the name of an augmented copy. Leukogram's splits keep copies with their originals; splits by other tools may not.`,
    },
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const limits = ({ value, low, high }: Estimate) => `${percent(value)} (95 % ${percent(low)} to ${percent(high)})`;

function shortcutFindings(shortcut: NamedShortcut, classes: readonly string[]): Finding[] {
  const { name, chance, balancedAccuracy, recall, beatsChance } = shortcut;
  const reached = `balanced accuracy ${limits(balancedAccuracy)} (guessing: ${percent(chance)})`;
  if (!beatsChance) {
    const what = { background: "the background", colours: "colours alone", file: "the size and format of the file" }[
      name
    ];
    return [
      {
        severity: "note",
        text: `The class can't be predicted from ${what}, or hardly: ${reached}. This is good.`,
      },
    ];
  }
  const best = [...recall.keys()].sort((a, b) => recall[b]!.value - recall[a]!.value)[0]!;
  const easiest = `Easiest class: ${classes[best]} (${percent(recall[best]!.value)} recognised).`;
  if (name === "background")
    return [
      {
        severity: "doubt",
        text: `The class can be predicted from the background alone, with the cell masked out: ${reached}. ${easiest} The classes were probably photographed on different slides, days or cameras, so a model can score well here without learning anything about cells. Distrust every accuracy on this set, and test on slides that contain all classes.`,
      },
    ];
  if (name === "file")
    return [
      {
        severity: "doubt",
        text: `The class can be predicted from the size and format of the file alone: ${reached}. ${easiest} The classes come from different sources. Save all images in one size and format.`,
      },
    ];
  return [
    {
      severity: "note",
      text: `The class can be predicted from colours alone, without any shape: ${reached}. ${easiest} Some of this is expected, because cell types take up stains differently. But a model that relies on colour loses accuracy in a laboratory with another stain.`,
    },
  ];
}

function suspectFindings({ suspects, images }: Pick<Audit, "suspects" | "images">): Finding[] {
  if (suspects === undefined || suspects.length === 0) return [];
  const { file, label, suggested } = suspects[0]!;
  return [
    {
      severity: "doubt",
      text: `${counted(suspects.length, "label is", "labels are")} probably wrong, out of ${images}: models that were not trained on them are confident of another class. Check them in the order given; the models can be wrong too. Example: ${file}, labelled ${label}, predicted ${suggested}.`,
    },
  ];
}

function oddFindings(odd: readonly OddFile[]): Finding[] {
  const kinds = [...new Set(odd.flatMap(({ oddities }) => oddities))].sort();
  return kinds.map((kind) => {
    const own = odd.filter(({ oddities }) => oddities.includes(kind));
    return { severity: "doubt", text: `${counted(own.length, "image")}: ${ODD_TEXT[kind]} Example: ${own[0]!.file}.` };
  });
}

const ODD_TEXT: Readonly<Record<OddFile["oddities"][number], string>> = {
  greyscale: "greyscale. Models of stained cells need colour.",
  alpha: "with transparency, which is ignored.",
  cmyk: "in CMYK (print colours), which change when converted.",
  "16 bits": "with 16 bits per channel, reduced to 8.",
  "rotated by EXIF": "with an EXIF rotation, which is ignored.",
  "other content than its name says": "in a format that does not match the file extension.",
  "odd size": "that differ from the rest in size or shape by a factor of 1.5 or more, so cells look larger or smaller.",
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
          ? `${name} has no images${where}, so it can't be evaluated.`
          : `${name} has ${counted(images, "image")}${where}, too few for a conclusion: with ${right} of them recognised, the true share could be anywhere from ${percent(low)} to ${percent(high)}.`,
    });
  }
  const totals = counts.map(({ total }) => total);
  const ratio = Math.max(...totals) / Math.max(1, Math.min(...totals));
  if (ratio > 3)
    findings.push({
      severity: "note",
      text: `The largest class has ${ratio.toFixed(0)} times as many images as the smallest: use balanced accuracy, not accuracy.`,
    });
  return findings;
}
