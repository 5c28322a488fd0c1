import { useEffect, useState } from "react";
import { get } from "../api/client.ts";
import type { TrailEvent } from "../api/types.ts";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";
import { formatExactMoment } from "../ui/format.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { useAction } from "../ui/useAction.ts";
import { useCellNumbers } from "./cellNumbers.ts";
import { EventContent } from "./EventContent.tsx";

const PAGE = 100;

/** Events in the order in which they came, of one case or of all. */
export function TrailList({ caseId }: { readonly caseId?: string }) {
  const [events, setEvents] = useState<readonly TrailEvent[]>();
  const [next, setNext] = useState<number | string | null>(null);
  const [load, isBusy] = useAction(async (after: number | string | null) => {
    const of = caseId === undefined ? "" : `&case=${caseId}`;
    const path = `/trail?limit=${PAGE}${of}${after === null ? "" : `&after=${after}`}`;
    const page = await get<{ events: TrailEvent[]; next: number | string | null }>(path);
    setEvents((last) => (after === null ? page.events : [...(last ?? []), ...page.events]));
    setNext(page.next);
  });
  useEffect(() => void load(null), [caseId]);
  const numbers = useCellNumbers(caseId);
  if (events?.length === 0) return <p className="empty">{t("trail.none")}</p>;
  return (
    <>
      {events !== undefined && (
        <Scroll label={t("trail.title")}>
          <table className="list trail">
            <thead>
              <tr>
                <th scope="col" className="number">
                  {t("trail.number")}
                </th>
                <th scope="col">{t("trail.when")}</th>
                <th scope="col">{t("trail.who")}</th>
                <th scope="col">{t("trail.event")}</th>
                <th scope="col">{t("trail.content")}</th>
                <th scope="col">{t("trail.hash")}</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <tr key={event.sequence}>
                  <td className="number">{event.sequence}</td>
                  <td className="nowrap">{formatExactMoment(event.at)}</td>
                  <td>{event.actor}</td>
                  <td>
                    {event.case === null || caseId !== undefined ? (
                      event.kind
                    ) : (
                      <a href={href("cases", event.case)}>{event.kind}</a>
                    )}
                  </td>
                  <td>
                    <EventContent event={event} numbers={numbers} />
                  </td>
                  <td>
                    <code title={event.hash}>{event.hash.slice(0, 10)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {next !== null && next !== undefined && (
        <button type="button" disabled={isBusy} onClick={() => void load(next)}>
          {t("trail.more")}
        </button>
      )}
    </>
  );
}
