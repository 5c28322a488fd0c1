import type { Agreement } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { Scroll } from "../ui/Scroll.tsx";

/** Rows: first reading; columns: second reading; labels that neither used are left out. */
export function ConfusionTable({ agreement: { table, labels } }: { readonly agreement: Agreement }) {
  const used = labels.flatMap((name, i) => {
    const count = table.reduce((sum, row, k) => sum + row[i]! + (k === i ? 0 : table[i]![k]!), 0);
    return count === 0 ? [] : [{ name, i }];
  });
  return (
    <Scroll label={t("second.table")}>
      <table className="confusion">
        <caption className="unseen">{t("second.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("second.corner")}</th>
            {used.map(({ name }) => (
              <th key={name} scope="col">
                <LabelBadge label={name} />
                <span className="unseen">{labelName(name)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {used.map(({ name, i }) => (
            <tr key={name}>
              <th scope="row">
                <LabelBadge label={name} withName />
              </th>
              {used.map(({ name: other, i: k }) => (
                <td key={other} className={i === k ? "same" : table[i]![k]! > 0 ? "different" : "muted"}>
                  {table[i]![k]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
