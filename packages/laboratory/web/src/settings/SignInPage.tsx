import { type FormEvent, useState } from "react";
import { FaultArea } from "../app/FaultArea.tsx";
import { providerHref, refusedSignIn } from "../app/router.ts";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";

/** Name and password, and a code if the user has a second factor. */
export function SignInPage() {
  usePageTitle(t("signIn.title"));
  return (
    <div className="signIn">
      <FaultArea>
        <SignInForm />
      </FaultArea>
    </div>
  );
}

interface Known {
  readonly name: string;
  readonly password: string;
}

function SignInForm() {
  const { session, lockedAfter, signIn } = useSession();
  const refused = refusedSignIn();
  const [known, setKnown] = useState<Known>();
  const [enter, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const given = known ?? { name: String(fields.get("name")), password: String(fields.get("password")) };
    const code = known && { code: String(fields.get("code")) };
    if (await signIn({ ...given, ...code })) setKnown(given);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void enter(event.currentTarget);
  };
  return (
    <form className="form card" onSubmit={submit}>
      <h1>{t("signIn.title")}</h1>
      {lockedAfter !== undefined && <Notice>{t("access.idle", { minutes: lockedAfter })}</Notice>}
      {session?.isPlain && <Notice kind="warning">{t("access.plain")}</Notice>}
      {refused !== undefined && (
        <Notice kind="error">{refused === "unknown" ? t("access.unknownIdentity") : t("access.refused")}</Notice>
      )}
      {session?.provider != null && known === undefined && (
        <>
          <a className="button primary" href={providerHref()}>
            {t("access.provider", { name: session.provider })}
          </a>
          <p className="muted">{t("access.orPassword")}</p>
        </>
      )}
      {known === undefined ? <NameFields /> : <CodeFields onBack={() => setKnown(undefined)} />}
      <p className="muted">{t("app.researchUse")}</p>
      <button type="submit" className="primary" disabled={isBusy}>
        {t("signIn.enter")}
      </button>
    </form>
  );
}

function NameFields() {
  return (
    <>
      <Field label={t("signIn.name")}>
        <input name="name" required autoComplete="username" />
      </Field>
      <Field label={t("signIn.password")}>
        <input name="password" type="password" required autoComplete="current-password" />
      </Field>
    </>
  );
}

function CodeFields({ onBack }: { readonly onBack: () => void }) {
  return (
    <>
      <Field label={t("access.code")} hint={t("access.codeHint")}>
        {/* biome-ignore lint/a11y/noAutofocus: it takes the place of the fields that had the focus */}
        <input name="code" required autoFocus minLength={6} maxLength={40} autoComplete="one-time-code" />
      </Field>
      <p>
        <button type="button" className="quiet small" onClick={onBack}>
          {t("access.otherName")}
        </button>
      </p>
    </>
  );
}
