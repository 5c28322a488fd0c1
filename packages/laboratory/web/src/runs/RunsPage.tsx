import { useEffect } from "react";
import type { Run } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { formatMoment, formatShare } from "../ui/format.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { RunComparison } from "./RunComparison.tsx";
import { RunStatus } from "./RunStatus.tsx";
import { epochWords } from "./runWords.ts";
import { StartTraining } from "./StartTraining.tsx";

const EVERY = 5000;

/** All trainings and adaptations, and the way to start one. */
export function RunsPage() {
  usePageTitle(t("runs.title"));
  const { data, error, reload } = useLoaded<{ runs: Run[] }>("/runs");
  const isAdmin = useMay("admin");
  const isBusy = data?.runs.some(({ status }) => status === "running" || status === "waiting") ?? false;
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(reload, EVERY);
    return () => clearInterval(timer);
  }, [isBusy, reload]);
  return (
    <>
      <div className="pageHead">
        <h1>{t("runs.title")}</h1>
        {isAdmin && <StartTraining />}
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data?.runs.length === 0 && <p className="empty">{t("runs.none")}</p>}
      {data !== undefined && data.runs.length > 0 && (
        <>
          <Scroll label={t("runs.title")}>
            <table className="list">
              <thead>
                <tr>
                  <th scope="col">{t("runs.name")}</th>
                  <th scope="col">{t("runs.kind")}</th>
                  <th scope="col">{t("runs.status")}</th>
                  <th scope="col">{t("runs.epoch")}</th>
                  <th scope="col" className="number">
                    {t("runs.valAccuracy")}
                  </th>
                  <th scope="col">{t("runs.started")}</th>
                </tr>
              </thead>
              <tbody>
                {data.runs.map((run) => (
                  <tr key={run.id}>
                    <th scope="row">
                      <a href={href("runs", run.id)}>{run.name}</a>
                    </th>
                    <td>{t(`runs.kinds.${run.kind}`)}</td>
                    <td>
                      <RunStatus status={run.status} />
                    </td>
                    <td>{run.kind === "adapt" ? "–" : epochWords(run.progress.epoch, run.progress.epochs)}</td>
                    <td className="number">{lastAccuracy(run)}</td>
                    <td className="muted nowrap">
                      {formatMoment(run.createdAt)}, {run.startedBy}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <RunComparison runs={data.runs} />
        </>
      )}
    </>
  );
}

function lastAccuracy({ progress }: Run): string {
  const last = progress.history.at(-1);
  const value = last?.valAccuracy ?? last?.accuracy;
  return value == null ? "–" : formatShare(value);
}
