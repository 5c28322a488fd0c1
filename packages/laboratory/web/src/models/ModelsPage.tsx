import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Model, Run } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { go } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { focusNext } from "../ui/focusNext.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { ActivateDialog } from "./ActivateDialog.tsx";
import { AdaptUnlabelled } from "./AdaptUnlabelled.tsx";
import { ModelCard } from "./ModelCard.tsx";

/** The models of this laboratory: which one answers, how adapted ones were judged, and the way back. */
export function ModelsPage() {
  usePageTitle(t("models.title"));
  const { data, error, reload } = useLoaded<{ models: Model[]; active: string }>("/models");
  const offer = useLoaded<{ reason: string | null }>("/models/adapt");
  const isAdmin = useMay("admin");
  const { say } = useMessages();
  const [adapt, isAdapting] = useAction(async () => {
    const key = newKey();
    const run = await withTries(() => send<Run>("POST", "/models/adapt", {}, key));
    go("runs", run.id);
  });
  const [asked, setAsked] = useState<Model>();
  const activate = async ({ id, name }: Model) => {
    const key = newKey();
    await withTries(() => send("POST", `/models/${encodeURIComponent(id)}/activate`, {}, key));
    setAsked(undefined);
    say(t("models.activated", { name }));
    focusNext("li.active h2");
    reload();
  };
  const isTrained = data?.models.some(({ kind }) => kind === "trained") ?? false;
  const runs = useLoaded<{ runs: Run[] }>(isTrained ? "/runs" : undefined);
  const valAccuracyOf = ({ id }: Model) =>
    runs.data?.runs.find((run) => run.model === id)?.progress.history.at(-1)?.valAccuracy ?? undefined;
  const active = data?.models.find(({ isActive }) => isActive);
  return (
    <>
      <div className="pageHead">
        <h1>{t("models.title")}</h1>
        {isAdmin && offer.data?.reason === null && (
          <button type="button" className="primary" disabled={isAdapting} onClick={() => void adapt()}>
            {t("models.adapt")}
          </button>
        )}
      </div>
      <p className="muted">
        {t("models.what")} {!isAdmin && t("models.adminsOnly")}
      </p>
      {offer.data?.reason != null && <p>{t("models.noAdapt", { reason: offer.data.reason })}</p>}
      <AdaptUnlabelled isAdmin={isAdmin} />
      <LoadFault error={error} onAgain={reload} />
      <ul className="cards">
        {data?.models.map((model) => (
          <ModelCard
            key={model.id}
            model={model}
            parentName={data.models.find(({ id }) => id === model.parent)?.name}
            isBack={active?.parent === model.id}
            valAccuracy={valAccuracyOf(model)}
            canActivate={isAdmin}
            onActivate={() => setAsked(model)}
          />
        ))}
      </ul>
      {asked !== undefined && (
        <ActivateDialog
          model={asked}
          active={active}
          valAccuracy={valAccuracyOf(asked)}
          onConfirm={() => activate(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
