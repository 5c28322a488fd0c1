import { t } from "../language/words.ts";
import { scaleWords } from "../ui/scaleWords.ts";
import type { PrivateScale } from "./messages.ts";
import type { PrivateState } from "./privateStore.ts";

/** How far private mode is. */
export function statusWords(status: PrivateState["status"], done: number, of: number): string {
  if (status !== "ready" || of === 0) return t(`private.status.${status}`);
  return done < of ? t("private.status.classifying", { done, of }) : t("private.status.classified", { of });
}

/** The scale that images are cropped at. */
export function scaleNowWords({ scale }: PrivateScale): string {
  if (scale === null) return t("private.scaleUnknown");
  return t("private.scaleNow", { text: scaleWords(scale) });
}
