// The scale of a set's cells, in words and as JSON: one way for commands, reports and the server.
import { cropCountsText } from "../../cells/cropCounts.ts";
import { scaleText } from "../../data/scale/scale.ts";
import type { UsedScale } from "../../data/scale/usedScales.ts";
import type { CropSummary } from "./cellCrops.ts";

/** The scale of each laboratory's cells, a sentence each; none for a model that takes whole pictures. */
export function scaleSentences(laboratories: readonly UsedScale[]): string[] {
  return laboratories.map(({ laboratory, scale }) => {
    const text = scale ? scaleText(scale) : "unknown; each cell is cropped by the size of its own nucleus";
    return laboratories.length > 1 ? `Scale of ${laboratory}: ${text}.` : `Scale: ${text}.`;
  });
}

/** What a reader of a report must know of how its cells were cropped, a sentence each. */
export function cropSentences(crops: CropSummary | undefined): string[] {
  if (crops === undefined) return [];
  return [...scaleSentences(crops.laboratories), cropCountsText(crops), ...crops.notes];
}

/** The scale as `--json` prints it: undefined for a model that takes whole pictures. */
export function scaleJson(crops: CropSummary | undefined): Readonly<Record<string, unknown>> | undefined {
  if (crops === undefined) return undefined;
  const { laboratories, ...counted } = crops;
  if (laboratories.length === 1) return { ...scaleFields(laboratories[0]!), ...counted };
  const each = laboratories.map((one) => ({
    laboratory: one.laboratory,
    ...scaleFields(one),
    notes: one.notes,
  }));
  return { laboratories: each, ...counted };
}

const scaleFields = ({ scale }: UsedScale) =>
  scale ?? { redCell: null, error: null, source: "each nucleus" as const, cells: 0 };
