import { t } from "../language/words.ts";

/** Micrometres of a bar. */
const LENGTHS = [20, 10, 5, 2, 1];
/** Pixels that it takes at most. */
const LONGEST = 130;

/** How long some micrometres are in the picture; nothing if none of the lengths fits. @param pixels of the screen for a micrometre. */
export function ImageScale({ pixels }: { readonly pixels: number }) {
  const length = LENGTHS.find((micrometres) => micrometres * pixels <= LONGEST);
  if (length === undefined) return null;
  return (
    <span className="imageScale">
      <span className="scaleLine" style={{ inlineSize: length * pixels }} />
      {t("view.micrometres", { length })}
    </span>
  );
}
