import type { Label } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";

/** A similar cell: its label, and whether it is of another case. */
export function neighbourWords(label: string, isHere: boolean): string {
  const name = labelName(label);
  return isHere ? name : t("cell.neighbourElsewhere", { label: name });
}

/** A step of a cell's history: who called it what, and by what. */
export function historyWords(actor: string, label: Label | null, via: string): string {
  const name = label === null ? t("cell.historyRemoved") : labelName(label);
  return via === ""
    ? t("cell.historyStep", { actor, label: name })
    : t("cell.historyStepVia", { actor, label: name, via });
}
