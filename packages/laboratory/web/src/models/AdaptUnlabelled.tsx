import { newKey, send, withTries } from "../api/client.ts";
import type { Run, UnlabelledCells } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go } from "../app/router.ts";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";

/** Adapts by cells that nobody labelled: how many there are, how many it takes, and the way to start it. */
export function AdaptUnlabelled({ isAdmin }: { readonly isAdmin: boolean }) {
  const words = texts.models.unlabelled;
  const { data, error, reload } = useLoaded<UnlabelledCells>("/models/adapt/unlabelled");
  const [adapt, isBusy] = useAction(async () => {
    const key = newKey();
    const run = await withTries(() => send<Run>("POST", "/models/adapt/unlabelled", {}, key));
    go("runs", run.id);
  });
  return (
    <section className="card" aria-labelledby="unlabelled">
      <h2 id="unlabelled">{words.title}</h2>
      <p>{words.what}</p>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && <p className="muted">{words.cells(data)}</p>}
      {isAdmin && data !== undefined && data.cells >= data.needed && (
        <button type="button" disabled={isBusy} onClick={() => void adapt()}>
          {words.start}
        </button>
      )}
    </section>
  );
}
