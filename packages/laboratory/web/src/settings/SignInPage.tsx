import type { FormEvent } from "react";
import { FaultArea } from "../app/FaultArea.tsx";
import { useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";

/** Name and password. */
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

function SignInForm() {
  const words = texts.signIn;
  const { signIn } = useSession();
  const [enter, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    await signIn(String(fields.get("name")), String(fields.get("password")));
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void enter(event.currentTarget);
  };
  return (
    <form className="form card" onSubmit={submit}>
      <h1>{words.title}</h1>
      <Field label={words.name}>
        <input name="name" required autoComplete="username" />
      </Field>
      <Field label={words.password}>
        <input name="password" type="password" required autoComplete="current-password" />
      </Field>
      <p className="muted">{texts.app.researchUse}</p>
      <button type="submit" className="primary" disabled={isBusy}>
        {words.enter}
      </button>
    </form>
  );
}
