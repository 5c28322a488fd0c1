import { newKey, send, withTries } from "../api/client.ts";
import type { Model, Run } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { go } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { ModelCard } from "./ModelCard.tsx";

/** The models of this laboratory: which one answers, how adapted ones were judged, and the way back. */
export function ModelsPage() {
  const words = texts.models;
  usePageTitle(words.title);
  const { data, error, reload } = useLoaded<{ models: Model[]; active: string }>("/models");
  const isAdmin = useMay("admin");
  const { say } = useMessages();
  const [adapt, isAdapting] = useAction(async () => {
    const key = newKey();
    const run = await withTries(() => send<Run>("POST", "/models/adapt", {}, key));
    go("runs", run.id);
  });
  const [activate, isBusy] = useAction(async ({ id, name }: Model) => {
    const key = newKey();
    await withTries(() => send("POST", `/models/${encodeURIComponent(id)}/activate`, {}, key));
    say(words.activated(name));
    reload();
  });
  const active = data?.models.find(({ isActive }) => isActive);
  return (
    <>
      <div className="pageHead">
        <h1>{words.title}</h1>
        {isAdmin && (
          <button type="button" className="primary" disabled={isAdapting} onClick={() => void adapt()}>
            {words.adapt}
          </button>
        )}
      </div>
      <p className="muted">{words.what}</p>
      <LoadFault error={error} onAgain={reload} />
      <ul className="cards">
        {data?.models.map((model) => (
          <ModelCard
            key={model.id}
            model={model}
            parentName={data.models.find(({ id }) => id === model.parent)?.name}
            isBack={active?.parent === model.id}
            canActivate={isAdmin && !isBusy}
            onActivate={() => void activate(model)}
          />
        ))}
      </ul>
    </>
  );
}
