import type { FormEvent } from "react";
import { ApiError, get, newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary, Obstacle, Report } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { providerHref } from "../app/router.ts";
import { useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { CriticalValues, reportedOf } from "./CriticalValues.tsx";
import type { Preview } from "./usePreview.ts";

interface SignFormProps {
  /** What is shown beside it: that, and nothing newer, is signed. */
  readonly preview: Preview;
  /** The last report, which a second signer signs too. */
  readonly signed: Report | undefined;
  /** Labels that are not saved yet: they would be lost to the report. */
  readonly unsent: number;
  /** Told of the case as it is now, where it changed before it was signed. */
  readonly onMoved: (summary: CaseSummary) => void;
  readonly onSigned: () => void;
}

/** Signs the report as it stands; says what stands against that, and asks for a reason to sign despite it. */
export function SignForm({ preview, signed, unsent, onMoved, onSigned }: SignFormProps) {
  const { session } = useSession();
  const { say } = useMessages();
  const words = texts.report;
  const { summary, obstacles, critical } = preview;
  const final = obstacles.filter(({ takesReason }) => !takesReason);
  const open = obstacles.filter(({ takesReason }) => takesReason);
  const asksReason = open.length > 0 && final.length === 0;
  const isSecond = summary.status === "signing";
  const [sign, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const password = fields.get("password");
    const despite = fields.get("despite");
    const body = {
      meaning: String(fields.get("meaning")),
      ifRevision: summary.revision,
      ...(password !== null && password !== "" && { password: String(password) }),
      ...(despite !== null && { despite: String(despite) }),
      ...(critical.length > 0 && { reported: reportedOf(fields) }),
    };
    const key = newKey();
    const report = await withTries(() => send<Report>("POST", `/cases/${summary.id}/sign`, body, key)).catch(
      async (error) => {
        forgetPassword(form);
        throw await explained(error);
      },
    );
    say(report.isFinal ? words.isFinal(report.number) : words.needsSecond(report.number));
    focusNext("#signed");
    onSigned();
  });
  const explained = async (error: unknown) => {
    if (!(error instanceof ApiError && error.status === 409)) return error;
    const now = await get<CaseSummary>(`/cases/${summary.id}`);
    if (now.revision === summary.revision) return error;
    onMoved(now);
    return new Error(words.moved);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sign(event.currentTarget);
  };
  const left = summary.cells - summary.bad - summary.reviewed;
  return (
    <form className="form card" onSubmit={submit}>
      <h2>{isSecond ? words.signSecond : words.sign}</h2>
      {isSecond && signed !== undefined && <p>{words.signedBy(signed.signatures)}</p>}
      {final.length > 0 && (
        <Notice kind="error">
          <ObstacleList title={words.cannotSign} obstacles={final} />
        </Notice>
      )}
      {open.length > 0 && (
        <Notice kind="warning">
          <ObstacleList title={words.against} obstacles={open} />
        </Notice>
      )}
      {critical.length > 0 && <CriticalValues values={critical} />}
      {left > 0 && <Notice kind="warning">{words.unreviewed(left)}</Notice>}
      {unsent > 0 && <Notice kind="warning">{texts.case.waitForUnsent(unsent)}</Notice>}
      <p className="muted">{words.what(summary.signers)}</p>
      <Field label={words.meaning}>
        {/* What was chosen for a case that was reviewed may not hold for one that is not. */}
        <select
          key={String(left > 0)}
          name="meaning"
          required
          defaultValue={left > 0 ? "" : words.meanings[isSecond ? 1 : 0]}
        >
          {left > 0 && <option value="">{words.chooseMeaning}</option>}
          {words.meanings.map((meaning) => (
            <option key={meaning}>{meaning}</option>
          ))}
          {left > 0 && <option>{words.partly(left)}</option>}
        </select>
      </Field>
      {asksReason && (
        <Field label={words.despite} hint={words.despiteHint}>
          <textarea name="despite" rows={2} required maxLength={2000} />
        </Field>
      )}
      {session?.isLocal === false && (
        <Field label={words.password} hint={session.isFromProvider ? words.passwordOrProvider : words.passwordHint}>
          <input name="password" type="password" required={!session.isFromProvider} autoComplete="current-password" />
        </Field>
      )}
      {session?.isFromProvider && session.provider !== null && (
        <p>
          <a href={providerHref(true)}>{words.provideAgain(session.provider)}</a>
        </p>
      )}
      <p className="muted">{texts.app.researchUse}</p>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy || final.length > 0 || unsent > 0}>
          {words.signAs(session?.user ?? "")}
        </button>
      </div>
    </form>
  );
}

function ObstacleList({ title, obstacles }: { readonly title: string; readonly obstacles: readonly Obstacle[] }) {
  return (
    <>
      <p>{title}</p>
      <ul>
        {obstacles.map(({ kind, text }) => (
          <li key={kind}>{text}</li>
        ))}
      </ul>
    </>
  );
}

// It is said again with each try: there the user goes on, too.
function forgetPassword(form: HTMLFormElement): void {
  const field = form.elements.namedItem("password");
  if (!(field instanceof HTMLInputElement)) return;
  field.value = "";
  field.focus();
}
