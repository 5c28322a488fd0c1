import { type FormEvent, useState } from "react";
import { FaultArea } from "../app/FaultArea.tsx";
import { providerHref, refusedSignIn } from "../app/router.ts";
import { useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";

/** Name and password, and a code if the user has a second factor. */
export function SignInPage() {
  usePageTitle(texts.signIn.title);
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
  const words = texts.signIn;
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
      <h1>{words.title}</h1>
      {lockedAfter !== undefined && <Notice>{texts.access.idle(lockedAfter)}</Notice>}
      {session?.isPlain && <Notice kind="warning">{texts.access.plain}</Notice>}
      {refused !== undefined && (
        <Notice kind="error">{refused === "unknown" ? texts.access.unknownIdentity : texts.access.refused}</Notice>
      )}
      {session?.provider != null && known === undefined && (
        <>
          <a className="button primary" href={providerHref()}>
            {texts.access.provider(session.provider)}
          </a>
          <p className="muted">{texts.access.orPassword}</p>
        </>
      )}
      {known === undefined ? <NameFields /> : <CodeFields onBack={() => setKnown(undefined)} />}
      <p className="muted">{texts.app.researchUse}</p>
      <button type="submit" className="primary" disabled={isBusy}>
        {words.enter}
      </button>
    </form>
  );
}

function NameFields() {
  const words = texts.signIn;
  return (
    <>
      <Field label={words.name}>
        <input name="name" required autoComplete="username" />
      </Field>
      <Field label={words.password}>
        <input name="password" type="password" required autoComplete="current-password" />
      </Field>
    </>
  );
}

function CodeFields({ onBack }: { readonly onBack: () => void }) {
  const words = texts.access;
  return (
    <>
      <Field label={words.code} hint={words.codeHint}>
        {/* biome-ignore lint/a11y/noAutofocus: it takes the place of the fields that had the focus */}
        <input name="code" required autoFocus minLength={6} maxLength={40} autoComplete="one-time-code" />
      </Field>
      <p>
        <button type="button" className="quiet small" onClick={onBack}>
          {words.otherName}
        </button>
      </p>
    </>
  );
}
