import { t } from "../language/words.ts";

/** How far a training is; without its end where that is not known. */
export const epochWords = (epoch: number, of: number | null): string =>
  of === null ? String(epoch) : t("runs.epochOf", { epoch, of });
