import { newKey, send, withTries } from "../api/client.ts";
import type { Run, UnlabelledCells } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go } from "../app/router.ts";
import { t } from "../language/words.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { unlabelledWords } from "./modelWords.ts";

/** Adapts by cells that nobody labelled: how many there are, how many it takes, and the way to start it. */
export function AdaptUnlabelled({ isAdmin }: { readonly isAdmin: boolean }) {
  const { data, error, reload } = useLoaded<UnlabelledCells>("/models/adapt/unlabelled");
  const [adapt, isBusy] = useAction(async () => {
    const key = newKey();
    const run = await withTries(() => send<Run>("POST", "/models/adapt/unlabelled", {}, key));
    go("runs", run.id);
  });
  return (
    <section className="card" aria-labelledby="unlabelled">
      <h2 id="unlabelled">{t("models.unlabelled.title")}</h2>
      <p>{t("models.unlabelled.what")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && <p className="muted">{unlabelledWords(data)}</p>}
      {isAdmin && data !== undefined && data.cells >= data.needed && (
        <button type="button" disabled={isBusy} onClick={() => void adapt()}>
          {t("models.unlabelled.start")}
        </button>
      )}
    </section>
  );
}
