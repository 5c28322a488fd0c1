import { useState } from "react";
import { API, newKey, send, withTries } from "../api/client.ts";
import type { Run } from "../api/types.ts";
import { useEvents } from "../api/useEvents.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { t, textOf } from "../language/words.ts";
import { useModelNames } from "../models/useModelNames.ts";
import { FindingsList } from "../ui/FindingsList.tsx";
import { asSentence, formatCount, formatSeconds } from "../ui/format.ts";
import { Notice } from "../ui/Notice.tsx";
import { PageNotReady } from "../ui/PageNotReady.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { RunCurves } from "./RunCurves.tsx";
import { RunStatus } from "./RunStatus.tsx";
import { epochWords } from "./runWords.ts";

/** What it was asked for; a recipe's settings one by one, under the names of recipes. */
function settingsOf({ settings: { recipe, ...others } }: Run): [string, unknown][] {
  const all = [...Object.entries(others), ...Object.entries((recipe ?? {}) as Record<string, unknown>)];
  return all.filter(([, value]) => value !== null);
}

/** What may go on. */
const BROKEN_OFF: ReadonlySet<Run["status"]> = new Set(["cancelled", "interrupted", "failed"]);

/** One run, followed while it goes on. */
export function RunPage({ runId }: { readonly runId: string }) {
  const { data, error, reload } = useLoaded<Run>(`/runs/${runId}`);
  const [news, setNews] = useState<Run>();
  const run = news === undefined ? data : { ...data, ...news };
  const isGoing = run?.status === "running" || run?.status === "waiting";
  useEvents<Run | { run: Run }>(isGoing ? `/runs/${runId}/events` : undefined, (event) =>
    setNews("run" in event ? event.run : event),
  );
  const isAdmin = useMay("admin");
  const nameOf = useModelNames();
  usePageTitle(run?.name);
  const [ask, isBusy] = useAction(async (what: "cancel" | "resume") => {
    const key = newKey();
    setNews(await withTries(() => send<Run>("POST", `/runs/${runId}/${what}`, {}, key)));
  });
  if (run === undefined) return <PageNotReady error={error} onAgain={reload} />;
  const { progress } = run;
  return (
    <>
      <p>
        <a href={href("runs")}>{t("runs.all")}</a>
      </p>
      <div className="pageHead">
        <h1>{run.name}</h1>
        <RunStatus status={run.status} />
        {run.status === "finished" && run.kind === "train" && (
          <a className="button" href={`${API}/runs/${runId}/report`} target="_blank" rel="noreferrer">
            {t("runs.report")}
          </a>
        )}
        {isGoing && isAdmin && (
          <button type="button" disabled={isBusy} onClick={() => void ask("cancel")}>
            {t("runs.cancel")}
          </button>
        )}
        {BROKEN_OFF.has(run.status) && isAdmin && (
          <button type="button" disabled={isBusy} onClick={() => void ask("resume")}>
            {t("runs.resume")}
          </button>
        )}
      </div>
      {run.error !== null && (
        // What ended well and left the model as it is, is no error.
        <Notice kind={run.status === "finished" ? "warning" : "error"}>{asSentence(run.error)}</Notice>
      )}
      {/* An adaptation trains a head alone, on features: it has no epochs to show. */}
      {run.kind === "train" && (
        <dl className="figures" aria-live="polite">
          <div>
            <dt>{t("runs.epoch")}</dt>
            <dd>{epochWords(progress.epoch, progress.epochs)}</dd>
          </div>
          {isGoing && (
            <>
              <div>
                <dt>{t("runs.speed")}</dt>
                <dd>{progress.imagesPerSecond === null ? "–" : formatCount(Math.round(progress.imagesPerSecond))}</dd>
              </div>
              <div>
                <dt>{t("runs.left")}</dt>
                <dd>{progress.secondsLeft === null ? "–" : formatSeconds(progress.secondsLeft)}</dd>
              </div>
            </>
          )}
        </dl>
      )}
      {isGoing && progress.stage !== null && <p className="muted">{progress.stage}</p>}
      {run.kind === "train" && <RunCurves history={progress.history} />}
      {run.findings.length > 0 && (
        <>
          <h2>{t("runs.findings")}</h2>
          <FindingsList findings={run.findings} />
        </>
      )}
      {run.model !== null && (
        <p>
          <a href={href("models")}>{t("runs.model", { name: run.name })}</a>
        </p>
      )}
      <h2>{t("runs.settings")}</h2>
      <dl className="facts">
        {settingsOf(run).map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{run.kind === "adapt" ? textOf(`runs.adaptSettings.${name}`, name) : name}</dt>
            <dd className="break">{typeof value === "string" ? nameOf(value) : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
