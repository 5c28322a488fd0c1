import type { Scale } from "../api/types.ts";
import { t } from "../language/words.ts";

/** A scale in words: how wide a red cell is, and who says so. */
export const scaleWords = ({ redCell, error, source, cells }: Scale): string =>
  t("scale.text", { redCell: Number(redCell.toFixed(1)), error: Math.round(100 * error), source, cells });
