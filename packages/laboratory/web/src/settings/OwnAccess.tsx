import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import { useMessages } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { CodeForm } from "./CodeForm.tsx";
import { ProofForm } from "./ProofForm.tsx";

/** One's own password and second factor. */
export function OwnAccess() {
  const words = texts.access;
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
      {session.needsCodeFrom !== null && <Notice kind="warning">{words.secondNeeded}</Notice>}
      <p>{hasCode ? words.secondHas : words.secondHasNot}</p>
      <p className="row">
        <button type="button" onClick={() => setOpen("password")}>
          {words.ownDo}
        </button>
        <button type="button" onClick={() => setOpen(hasCode ? "remove" : "code")}>
          {hasCode ? words.secondRemove : words.secondSet}
        </button>
      </p>
      {open === "password" && (
        <Dialog title={words.ownTitle} onClose={close}>
          <OwnPasswordForm
            onDone={() => {
              say(words.ownSet);
              close();
            }}
          />
        </Dialog>
      )}
      {open === "code" && (
        <Dialog title={words.secondSet} onClose={close}>
          <CodeForm onDone={close} />
        </Dialog>
      )}
      {open === "remove" && (
        <Dialog title={words.secondRemove} onClose={close}>
          <ProofForm
            button={words.secondRemove}
            onProof={async (proof) => {
              const key = newKey();
              await withTries(() => send("DELETE", "/session/code", proof, key));
              say(words.secondRemoved);
              close();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function OwnPasswordForm({ onDone }: { readonly onDone: () => void }) {
  const words = texts.access;
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
      <p>{words.ownWhat}</p>
      {/* For programs that keep passwords. */}
      <input hidden readOnly value={session?.user ?? ""} autoComplete="username" />
      <Field label={words.ownCurrent}>
        <input name="current" type="password" required maxLength={200} autoComplete="current-password" />
      </Field>
      <Field label={words.ownNew} hint={texts.settings.passwordHint}>
        <input name="password" type="password" required minLength={12} maxLength={200} autoComplete="new-password" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.ownDo}
        </button>
      </div>
    </form>
  );
}
