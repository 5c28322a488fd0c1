import { type FormEvent, useState } from "react";
import { newKey, send } from "../api/client.ts";
import type { NewCode } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { ProofForm } from "./ProofForm.tsx";
import { QrCode } from "./QrCode.tsx";

/** Sets up an authenticator app: the password, the code that the app shows, and the recovery codes, this once. */
export function CodeForm({ onDone }: { readonly onDone: () => void }) {
  const [begun, setBegun] = useState<NewCode>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes !== undefined)
    return (
      <div className="form">
        <Notice kind="warning">
          <p>{t("access.recoveryWhat")}</p>
          <ol className="recovery" aria-label={t("access.recovery")}>
            {codes.map((code) => (
              <li key={code}>{code.replace(/(.{4})(?=.)/g, "$1 ")}</li>
            ))}
          </ol>
        </Notice>
        <div className="row end">
          <button type="button" className="primary" onClick={onDone}>
            {t("settings.kept")}
          </button>
        </div>
      </div>
    );
  if (begun === undefined)
    return (
      <ProofForm
        button={t("access.continue")}
        onProof={async (proof) => setBegun(await send<NewCode>("POST", "/session/code", proof))}
      />
    );
  return <Confirm begun={begun} onCodes={setCodes} />;
}

interface ConfirmProps {
  readonly begun: NewCode;
  readonly onCodes: (codes: readonly string[]) => void;
}

function Confirm({ begun, onCodes }: ConfirmProps) {
  const [confirm, isBusy] = useAction(async (code: string) => {
    onCodes((await send<{ codes: string[] }>("PUT", "/session/code", { code }, newKey())).codes);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void confirm(String(new FormData(event.currentTarget).get("code")));
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{t("access.secondScan")}</p>
      <QrCode text={begun.address} label={t("access.secondQr")} />
      <Field label={t("access.secondSecret")}>
        <input className="secret" readOnly value={begun.secret} onFocus={({ target }) => target.select()} />
      </Field>
      <Field label={t("access.code")}>
        {/* biome-ignore lint/a11y/noAutofocus: it is what this step asks for */}
        <input name="code" required autoFocus inputMode="numeric" pattern="[0-9 ]{6,7}" autoComplete="one-time-code" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("access.secondConfirm")}
        </button>
      </div>
    </form>
  );
}
