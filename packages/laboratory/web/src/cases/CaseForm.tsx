import { type FormEvent, useRef } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseFacts, CaseSummary } from "../api/types.ts";
import { t } from "../language/words.ts";
import { DecimalField } from "../ui/DecimalField.tsx";
import { decimalOf } from "../ui/decimal.ts";
import { Field } from "../ui/Field.tsx";
import { localMoment } from "../ui/format.ts";
import { useAction } from "../ui/useAction.ts";
import { CommentTemplates } from "./CommentTemplates.tsx";
import { PlanFields, planOf } from "./PlanFields.tsx";

interface CaseFormProps {
  /** Undefined for a new case. */
  readonly summary?: CaseSummary | undefined;
  /** Of a new case: what a scanner has read. */
  readonly name?: string | undefined;
  readonly onSaved: (summary: CaseSummary) => void;
}

const numberOrNull = (text: FormDataEntryValue | null) => decimalOf(String(text ?? "")) ?? null;

const sexOf = (value: FormDataEntryValue | null) => (value === "female" || value === "male" ? value : null);

const textOrNull = (text: FormDataEntryValue | null) => String(text ?? "").trim() || null;

/** What is known of a specimen; of one that was ordered also whose it is, as it stands on the tube or slide. */
export function CaseForm({ summary, name, onSaved }: CaseFormProps) {
  const [save, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const facts: CaseFacts = {
      name: String(fields.get("name")),
      leukocytes: numberOrNull(fields.get("leukocytes")),
      age: numberOrNull(fields.get("age")),
      sex: sexOf(fields.get("sex")),
      comment: String(fields.get("comment")),
      signers: fields.get("signers") === "2" ? 2 : 1,
      patient: textOrNull(fields.get("patient")),
      birthDate: textOrNull(fields.get("birthDate")),
      ...planOf(fields),
      collectedAt: fields.get("collectedAt") ? new Date(String(fields.get("collectedAt"))).toISOString() : null,
    };
    const [method, path] = summary === undefined ? ["POST", "/cases"] : ["PATCH", `/cases/${summary.id}`];
    const key = newKey();
    onSaved(await withTries(() => send<CaseSummary>(method!, path!, facts, key)));
  });
  const comment = useRef<HTMLTextAreaElement>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("caseForm.name")} hint={t("caseForm.nameHint")}>
        <input name="name" required maxLength={200} defaultValue={summary?.name ?? name} autoComplete="off" />
      </Field>
      {summary?.order != null && (
        <div className="columns">
          <Field label={t("caseForm.patient")} hint={t("caseForm.patientHint")}>
            <input name="patient" maxLength={500} defaultValue={summary.patient ?? ""} autoComplete="off" />
          </Field>
          <Field label={t("caseForm.birthDate")}>
            <input name="birthDate" type="date" defaultValue={summary.birthDate ?? ""} />
          </Field>
        </div>
      )}
      <div className="columns">
        <DecimalField
          name="leukocytes"
          label={t("caseForm.leukocytes")}
          hint={t("caseForm.leukocytesHint")}
          min={0.01}
          max={2000}
          defaultValue={summary?.leukocytes}
        />
        <DecimalField
          name="age"
          label={t("caseForm.age")}
          hint={t("caseForm.ageHint")}
          min={0}
          max={130}
          defaultValue={summary?.age}
        />
        <Field label={t("caseForm.sex")}>
          <select name="sex" defaultValue={summary?.sex ?? ""}>
            <option value="">{t("caseForm.noSex")}</option>
            <option value="female">{t("caseForm.female")}</option>
            <option value="male">{t("caseForm.male")}</option>
          </select>
        </Field>
        <Field label={t("caseForm.signers")}>
          <select name="signers" defaultValue={String(summary?.signers ?? 1)}>
            <option value="1">{t("caseForm.oneSigner")}</option>
            <option value="2">{t("caseForm.twoSigners")}</option>
          </select>
        </Field>
      </div>
      <Field label={t("caseForm.collected")}>
        <input name="collectedAt" type="datetime-local" step={1} defaultValue={localMoment(summary?.collectedAt)} />
      </Field>
      <PlanFields summary={summary} />
      <Field label={t("caseForm.comment")}>
        <textarea ref={comment} name="comment" rows={3} maxLength={10_000} defaultValue={summary?.comment} />
      </Field>
      <CommentTemplates field={comment} />
      <p className="muted">{t("app.researchUse")}</p>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {summary === undefined ? t("caseForm.create") : t("caseForm.save")}
        </button>
      </div>
    </form>
  );
}
