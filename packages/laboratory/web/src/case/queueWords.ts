import type { CaseQueue } from "../api/types.ts";
import { t } from "../language/words.ts";

/** Where a case stands among those that wait for the model, and how long it will take. */
export function queueWords({ place, of, secondsLeft }: CaseQueue): string {
  const minutes = Math.ceil((secondsLeft ?? 0) / 60);
  return [
    of > 1 && t("case.queue.place", { place: place ?? of, of }),
    secondsLeft !== null && (secondsLeft < 60 ? t("case.queue.soon") : t("case.queue.left", { minutes })),
  ]
    .filter(Boolean)
    .join(", ");
}
