import type { Differential } from "../api/types.ts";
import { texts } from "../texts.ts";
import { formatCount, formatLimits, formatShare } from "../ui/format.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { Scroll } from "../ui/Scroll.tsx";

/** What labels say beyond the five types, and nucleated red cells; nothing if there are none. */
export function Subtypes({ differential: { subtypes, erythroblasts } }: { readonly differential: Differential }) {
  const words = texts.counts;
  return (
    <>
      {erythroblasts !== null && <p>{words.erythroblasts(erythroblasts)}</p>}
      {subtypes.length > 0 && (
        <Scroll label={words.subtypes}>
          <table className="differential">
            <caption className="unseen">{words.subtypes}</caption>
            <thead>
              <tr>
                <th scope="col">{words.subtypeName}</th>
                <th scope="col" className="number">
                  {words.cells}
                </th>
                <th scope="col" className="number">
                  {words.share}
                </th>
              </tr>
            </thead>
            <tbody>
              {subtypes.map(({ name, countsAs, count, byReaders, share }) => (
                <tr key={`${countsAs} ${name}`}>
                  <th scope="row">
                    <LabelBadge label={name} withName />
                    <span className="limits under">{texts.labels.name(countsAs)}</span>
                  </th>
                  <td className="number">
                    {formatCount(count)}
                    {count > byReaders && <span className="limits">{words.byModel(count - byReaders)}</span>}
                  </td>
                  <td className="number">
                    {share === null ? (
                      "–"
                    ) : (
                      <>
                        {formatShare(share.value)}
                        <span className="limits">{formatLimits(share)}</span>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
