import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Critical values, and fields for to whom they were reported, and when. */
export function CriticalValues({ values }: { readonly values: readonly string[] }) {
  return (
    <>
      <Notice kind="error">
        <p>{t("report.critical")}</p>
        <ul>
          {values.map((value) => (
            <li key={value}>{value}</li>
          ))}
        </ul>
      </Notice>
      <Field label={t("report.reportedTo")} hint={t("report.reportedToHint")}>
        <input name="reportedTo" required maxLength={200} autoComplete="off" />
      </Field>
      <Field label={t("report.reportedAt")}>
        <input name="reportedAt" type="datetime-local" required />
      </Field>
    </>
  );
}

/** What the fields say, as the server takes it. */
export function reportedOf(fields: FormData): { readonly to: string; readonly at: string } {
  const at = new Date(String(fields.get("reportedAt")));
  return { to: String(fields.get("reportedTo")), at: at.toISOString() };
}
