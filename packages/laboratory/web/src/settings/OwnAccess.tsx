import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import { useMessages } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { CodeForm } from "./CodeForm.tsx";
import { ProofForm } from "./ProofForm.tsx";

/** One's own password and second factor. */
export function OwnAccess() {
  const { session, reload } = useSession();
  const { say } = useMessages();
  const [open, setOpen] = useState<"password" | "code" | "remove">();
  const close = () => {
    setOpen(undefined);
    reload();
  };
  if (session === undefined || session.user === null || session.isLocal) return null;
  const { hasCode } = session;
  return (
    <>
      {session.needsCodeFrom !== null && <Notice kind="warning">{t("access.secondNeeded")}</Notice>}
      <p>{hasCode ? t("access.secondHas") : t("access.secondHasNot")}</p>
      <p className="row">
        <button type="button" onClick={() => setOpen("password")}>
          {t("access.ownDo")}
        </button>
        <button type="button" onClick={() => setOpen(hasCode ? "remove" : "code")}>
          {hasCode ? t("access.secondRemove") : t("access.secondSet")}
        </button>
      </p>
      {open === "password" && (
        <Dialog title={t("access.ownTitle")} onClose={close}>
          <OwnPasswordForm
            onDone={() => {
              say(t("access.ownSet"));
              close();
            }}
          />
        </Dialog>
      )}
      {open === "code" && (
        <Dialog title={t("access.secondSet")} onClose={close}>
          <CodeForm onDone={close} />
        </Dialog>
      )}
      {open === "remove" && (
        <Dialog title={t("access.secondRemove")} onClose={close}>
          <ProofForm
            button={t("access.secondRemove")}
            onProof={async (proof) => {
              const key = newKey();
              await withTries(() => send("DELETE", "/session/code", proof, key));
              say(t("access.secondRemoved"));
              close();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function OwnPasswordForm({ onDone }: { readonly onDone: () => void }) {
  const { session } = useSession();
  const [change, isBusy] = useAction(async (form: HTMLFormElement) => {
    const body = Object.fromEntries(new FormData(form));
    const key = newKey();
    await withTries(() => send("PUT", "/session/password", body, key));
    onDone();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{t("access.ownWhat")}</p>
      {/* For programs that keep passwords. */}
      <input hidden readOnly value={session?.user ?? ""} autoComplete="username" />
      <Field label={t("access.ownCurrent")}>
        <input name="current" type="password" required maxLength={200} autoComplete="current-password" />
      </Field>
      <Field label={t("access.ownNew")} hint={t("settings.passwordHint")}>
        <input name="password" type="password" required minLength={12} maxLength={200} autoComplete="new-password" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("access.ownDo")}
        </button>
      </div>
    </form>
  );
}
