import { useEffect, useState } from "react";
import type { CaseSummary, Order } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { go, href } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { CaseForm } from "./CaseForm.tsx";
import { CasesTable } from "./CasesTable.tsx";
import { ALL_CASES, CasesTools, type CasesView, queryOf } from "./CasesTools.tsx";
import { ScanField, type Unknown } from "./ScanField.tsx";

const PAGE = 50;
/** Milliseconds between looks at what is being classified. */
const EVERY = 4000;
/** Milliseconds between looks at a list in which nothing waits: orders and other readers make cases too. */
const SELDOM = 30_000;

/** All cases, newest first, and the way to a new one. */
export function CasesPage() {
  usePageTitle(t("cases.title"));
  const [before, setBefore] = useState<string>();
  const [view, setView] = useState<CasesView>(ALL_CASES);
  const path = `/cases?limit=${PAGE}${queryOf(view)}${before === undefined ? "" : `&before=${before}`}`;
  const { data, error, reload } = useLoaded<{ cases: CaseSummary[]; next: string | null }>(path);
  const { data: orders } = useLoaded<{ orders: Order[] }>("/orders?limit=1");
  const [isMaking, setIsMaking] = useState(false);
  const [unknown, setUnknown] = useState<Unknown>();
  const { say } = useMessages();
  const mayReview = useMay("reviewer");
  const maySign = useMay("signer");
  const isWaiting = data?.cases.some(({ waiting }) => waiting > 0) ?? false;
  useEffect(() => {
    const timer = setInterval(reload, isWaiting ? EVERY : SELDOM);
    return () => clearInterval(timer);
  }, [isWaiting, reload]);
  return (
    <>
      <div className="pageHead">
        <h1>{t("cases.title")}</h1>
        {orders !== undefined && orders.orders.length > 0 && (
          <a className="button" href={href("worklist")}>
            {t("worklist.link")}
          </a>
        )}
        {maySign && (
          <a className="button" href={href("figures")}>
            {t("figures.link")}
          </a>
        )}
        {mayReview && (
          <button type="button" className="primary" onClick={() => setIsMaking(true)}>
            {t("cases.make")}
          </button>
        )}
      </div>
      <LoadFault error={error} onAgain={reload} />
      <ScanField
        onSeveral={(name) => {
          setBefore(undefined);
          setView({ ...ALL_CASES, search: name });
          say(t("plan.several", { name }));
        }}
        onUnknown={setUnknown}
      />
      <CasesTools
        view={view}
        onView={(next) => {
          setBefore(undefined);
          setView(next);
        }}
      />
      <p role="status" className="unseen">
        {data && t("cases.shown", { count: data.cases.length })}
      </p>
      {data?.cases.length === 0 && before === undefined && (
        <p className="empty">{queryOf(view) === queryOf(ALL_CASES) ? t("cases.none") : t("cases.noneFound")}</p>
      )}
      {data !== undefined && data.cases.length > 0 && <CasesTable cases={data.cases} />}
      <div className="row">
        {before !== undefined && (
          <button type="button" onClick={() => setBefore(undefined)}>
            {t("cases.first")}
          </button>
        )}
        {data?.next != null && (
          <button type="button" onClick={() => setBefore(data.next!)}>
            {t("cases.more")}
          </button>
        )}
      </div>
      {unknown !== undefined && (
        <Dialog title={t("plan.unknown", { name: unknown.name })} onClose={() => setUnknown(undefined)}>
          {unknown.isOrdered && (
            <Notice kind="warning">
              {t("plan.ordered")} <a href={href("worklist")}>{t("plan.worklist")}</a>
            </Notice>
          )}
          {mayReview && <CaseForm name={unknown.name} onSaved={({ id }) => go("cases", id)} />}
        </Dialog>
      )}
      {isMaking && (
        <Dialog title={t("cases.make")} onClose={() => setIsMaking(false)}>
          <CaseForm onSaved={({ id }) => go("cases", id)} />
        </Dialog>
      )}
    </>
  );
}
