import type { FormEvent } from "react";
import { ApiError, get, newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary, Obstacle, Report } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { providerHref } from "../app/router.ts";
import { useSession } from "../app/session.tsx";
import { reader, t } from "../language/words.ts";
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
  const meanings = [t("report.meanings.reviewed"), t("report.meanings.checked")];
  const { summary, obstacles, critical } = preview;
  const said = reader(preview.sentences);
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
    say(
      report.isFinal
        ? t("report.isFinal", { count: report.number })
        : t("report.needsSecond", { count: report.number }),
    );
    focusNext("#signed");
    onSigned();
  });
  const explained = async (error: unknown) => {
    if (!(error instanceof ApiError && error.status === 409)) return error;
    const now = await get<CaseSummary>(`/cases/${summary.id}`);
    if (now.revision === summary.revision) return error;
    onMoved(now);
    return new Error(t("report.moved"));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sign(event.currentTarget);
  };
  const left = summary.cells - summary.bad - summary.reviewed;
  return (
    <form className="form card" onSubmit={submit}>
      <h2>{isSecond ? t("report.signSecond") : t("report.sign")}</h2>
      {isSecond && signed !== undefined && (
        <p>{t("report.signedBy", { names: signed.signatures.map(({ by }) => by).join(", ") })}</p>
      )}
      {final.length > 0 && (
        <Notice kind="error">
          <ObstacleList title={t("report.cannotSign")} obstacles={final} said={said} />
        </Notice>
      )}
      {open.length > 0 && (
        <Notice kind="warning">
          <ObstacleList title={t("report.against")} obstacles={open} said={said} />
        </Notice>
      )}
      {critical.length > 0 && <CriticalValues values={critical.map(said)} />}
      {left > 0 && <Notice kind="warning">{t("report.unreviewed", { count: left })}</Notice>}
      {unsent > 0 && <Notice kind="warning">{t("case.waitForUnsent", { count: unsent })}</Notice>}
      <p className="muted">{t("report.what", { signers: summary.signers })}</p>
      <Field label={t("report.meaning")}>
        {/* What was chosen for a case that was reviewed may not hold for one that is not. */}
        <select
          key={String(left > 0)}
          name="meaning"
          required
          defaultValue={left > 0 ? "" : meanings[isSecond ? 1 : 0]}
        >
          {left > 0 && <option value="">{t("report.chooseMeaning")}</option>}
          {meanings.map((meaning) => (
            <option key={meaning}>{meaning}</option>
          ))}
          {left > 0 && <option>{t("report.partly", { left })}</option>}
        </select>
      </Field>
      {asksReason && (
        <Field label={t("report.despite")} hint={t("report.despiteHint")}>
          <textarea name="despite" rows={2} required maxLength={2000} />
        </Field>
      )}
      {session?.isLocal === false && (
        <Field
          label={t("report.password")}
          hint={session.isFromProvider ? t("report.passwordOrProvider") : t("report.passwordHint")}
        >
          <input name="password" type="password" required={!session.isFromProvider} autoComplete="current-password" />
        </Field>
      )}
      {session?.isFromProvider && session.provider !== null && (
        <p>
          <a href={providerHref(true)}>{t("report.provideAgain", { name: session.provider })}</a>
        </p>
      )}
      <p className="muted">{t("app.researchUse")}</p>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy || final.length > 0 || unsent > 0}>
          {session?.user ? t("report.signAs", { user: session.user }) : t("report.sign")}
        </button>
      </div>
    </form>
  );
}

interface ObstacleListProps {
  readonly title: string;
  readonly obstacles: readonly Obstacle[];
  readonly said: (text: string) => string;
}

function ObstacleList({ title, obstacles, said }: ObstacleListProps) {
  return (
    <>
      <p>{title}</p>
      <ul>
        {obstacles.map(({ kind, text }) => (
          <li key={kind}>{said(text)}</li>
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
