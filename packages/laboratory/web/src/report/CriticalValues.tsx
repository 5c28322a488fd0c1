import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Critical values, and fields for to whom they were reported, and when. */
export function CriticalValues({ values }: { readonly values: readonly string[] }) {
  const words = texts.report;
  return (
    <>
      <Notice kind="error">
        <p>{words.critical}</p>
        <ul>
          {values.map((value) => (
            <li key={value}>{texts.counts.said(value)}</li>
          ))}
        </ul>
      </Notice>
      <Field label={words.reportedTo} hint={words.reportedToHint}>
        <input name="reportedTo" required maxLength={200} autoComplete="off" />
      </Field>
      <Field label={words.reportedAt}>
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
