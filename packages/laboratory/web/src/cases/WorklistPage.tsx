import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary, Order } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go, href } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { t, textOf } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { formatMoment } from "../ui/format.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { patientNumber, patientWords, serviceWords } from "./orderWords.ts";

/** Orders of other systems by accession number, and the way from each to its case. */
export function WorklistPage() {
  usePageTitle(t("worklist.title"));
  const [isOpen, setIsOpen] = useState(true);
  const [begin, setBegin] = useState("");
  const query = new URLSearchParams({ open: String(isOpen), accession: begin });
  const { data, error, reload } = useLoaded<{ orders: Order[] }>(`/orders?${query}`);
  const [make, isBusy] = useAction(async ({ id }: Order) => {
    const key = newKey();
    const made = await withTries(() => send<CaseSummary>("POST", `/orders/${id}/case`, undefined, key));
    go("cases", made.id);
  });
  return (
    <>
      <h1>{t("worklist.title")}</h1>
      <p className="muted">{t("worklist.what")}</p>
      <div className="columns">
        <Field label={t("worklist.begins")}>
          <input
            type="search"
            value={begin}
            maxLength={200}
            autoComplete="off"
            onChange={({ target }) => setBegin(target.value)}
          />
        </Field>
        <Field label={t("worklist.show")}>
          <select value={String(isOpen)} onChange={({ target }) => setIsOpen(target.value === "true")}>
            <option value="true">{t("worklist.open")}</option>
            <option value="false">{t("worklist.all")}</option>
          </select>
        </Field>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data?.orders.length === 0 && <p className="empty">{t("worklist.none")}</p>}
      {data !== undefined && data.orders.length > 0 && (
        <Scroll label={t("worklist.title")}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t("worklist.accession")}</th>
                <th scope="col">{t("worklist.patient")}</th>
                <th scope="col">{t("worklist.ordered")}</th>
                <th scope="col">{t("worklist.requested")}</th>
                <th scope="col">{t("worklist.sender")}</th>
                <th scope="col">{t("worklist.case")}</th>
              </tr>
            </thead>
            <tbody>
              {data.orders.map((order) => (
                <OrderRow key={order.id} order={order} isBusy={isBusy} onMake={() => void make(order)} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

interface OrderRowProps {
  readonly order: Order;
  readonly isBusy: boolean;
  readonly onMake: () => void;
}

function OrderRow({ order, isBusy, onMake }: OrderRowProps) {
  const mayReview = useMay("reviewer");
  const { accession, requestedAt, priority, sender, status } = order;
  return (
    <tr>
      <th scope="row">{accession}</th>
      <td>
        {patientWords(order)}
        <br />
        <span className="muted">{patientNumber(order)}</span>
      </td>
      <td>{serviceWords(order)}</td>
      <td>
        {requestedAt === null ? "–" : formatMoment(requestedAt)}
        {priority !== "" && (
          <>
            <br />
            <span className="muted">{textOf(`worklist.priorities.${priority}`, priority)}</span>
          </>
        )}
      </td>
      <td className="muted">{sender}</td>
      <td>
        {order.case !== null && <a href={href("cases", order.case.id)}>{order.case.name}</a>}
        {status === "cancelled" && <span className="badge warning">{t("worklist.cancelled")}</span>}
        {order.case === null && status === "requested" && mayReview && (
          <button type="button" disabled={isBusy} aria-label={t("worklist.makeOf", { accession })} onClick={onMake}>
            {t("worklist.make")}
          </button>
        )}
      </td>
    </tr>
  );
}
