import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Delivery } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { asSentence, formatMoment } from "../ui/format.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { useAction } from "../ui/useAction.ts";
import { resultWords } from "./connectionWords.ts";
import { MessageLines } from "./MessageLines.tsx";

const BADGES = { waiting: "running", sent: "finished", refused: "failed" } as const;

/** The last results: what was sent, what was answered, and a button to send it again. */
export function DeliveriesSection() {
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<{ deliveries: Delivery[] }>("/deliveries");
  const [shown, setShown] = useState<Delivery>();
  const [again, isBusy] = useAction(async ({ id }: Delivery) => {
    const key = newKey();
    await withTries(() => send("POST", `/deliveries/${id}/send`, undefined, key));
    say(t("connections.isAgain"));
    reload();
  });
  return (
    <section className="card" aria-labelledby="deliveries">
      <div className="pageHead">
        <h2 id="deliveries">{t("connections.sent")}</h2>
        <button type="button" onClick={reload}>
          {t("connections.reload")}
        </button>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data?.deliveries.length === 0 && <p className="muted">{t("connections.sentNone")}</p>}
      {data !== undefined && data.deliveries.length > 0 && (
        <Scroll label={t("connections.sentList")}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t("connections.result")}</th>
                <th scope="col">{t("connections.state")}</th>
                <th scope="col">{t("connections.when")}</th>
                <th scope="col">{t("connections.message")}</th>
                <th scope="col">
                  <span className="unseen">{t("connections.again")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.deliveries.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <a href={href("cases", one.case, "report")}>{resultWords(one)}</a>
                  </th>
                  <td>
                    <span className={`badge ${BADGES[one.state]}`}>{t(`connections.states.${one.state}`)}</span>{" "}
                    <span className="muted">{t("connections.tries", { tries: one.tries })}</span>
                    {one.fault !== null && <p className="small break">{asSentence(one.fault)}</p>}
                  </td>
                  <td className="muted">{formatMoment(one.createdAt)}</td>
                  <td>
                    <button type="button" className="quiet small" onClick={() => setShown(one)}>
                      {one.controlId}
                    </button>
                  </td>
                  <td>
                    {one.state !== "waiting" && (
                      <button
                        type="button"
                        disabled={isBusy}
                        aria-label={t("connections.againOf", { one: resultWords(one) })}
                        onClick={() => void again(one)}
                      >
                        {t("connections.again")}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {shown !== undefined && (
        <Dialog title={resultWords(shown)} onClose={() => setShown(undefined)}>
          <h3>{t("connections.message")}</h3>
          {shown.message && <MessageLines label={t("connections.message")} lines={shown.message} />}
          <h3>{t("connections.answer")}</h3>
          {shown.answer && <MessageLines label={t("connections.answer")} lines={shown.answer} />}
        </Dialog>
      )}
    </section>
  );
}
