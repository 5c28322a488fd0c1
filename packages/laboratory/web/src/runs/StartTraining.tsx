import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Run } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go } from "../app/router.ts";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";

const MODELS = ["mobilenetv2", "cnn"];

/** A button, and the form behind it. */
export function StartTraining() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className="primary" onClick={() => setIsOpen(true)}>
        {t("runs.start")}
      </button>
      {isOpen && (
        <Dialog title={t("runs.start")} onClose={() => setIsOpen(false)}>
          <TrainingForm />
        </Dialog>
      )}
    </>
  );
}

function TrainingForm() {
  const { data, error, reload } = useLoaded<{ data: string[] }>("/runs/data");
  const [start, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const body = {
      kind: "train",
      data: String(fields.get("data")),
      model: String(fields.get("model")),
      epochs: Number(fields.get("epochs")),
    };
    const key = newKey();
    const run = await withTries(() => send<Run>("POST", "/runs", body, key));
    go("runs", run.id);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void start(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("runs.folder")} hint={t("runs.folderHint")}>
        <select name="data" required>
          {data?.data.map((path) => (
            <option key={path}>{path}</option>
          ))}
        </select>
      </Field>
      <LoadFault error={error} onAgain={reload} />
      {data?.data.length === 0 && <p>{t("runs.noFolders")}</p>}
      <div className="columns">
        <Field label={t("runs.network")}>
          <select name="model">
            {MODELS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label={t("runs.epochs")}>
          <input name="epochs" type="number" min="1" max="1000" required defaultValue="20" />
        </Field>
      </div>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("runs.startDo")}
        </button>
      </div>
    </form>
  );
}
