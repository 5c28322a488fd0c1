import { labelStyle, letterOf, useLabels } from "../labels.ts";
import { labelName } from "../language/words.ts";

/** A label's letter on its colour, with its name beside it where asked for. */
export function LabelBadge({ label, withName = false }: { readonly label: string; readonly withName?: boolean }) {
  useLabels();
  return (
    <span className="labelBadge">
      <span className="letter" style={labelStyle(label)} aria-hidden={withName ? true : undefined}>
        {letterOf(label)}
      </span>
      {withName && labelName(label)}
    </span>
  );
}
