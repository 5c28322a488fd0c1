import type { RefObject } from "react";
import type { Reporting } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";

/** Adds one of the laboratory's comments to what stands in a field; nothing if there are none. */
export function CommentTemplates({ field }: { readonly field: RefObject<HTMLTextAreaElement | null> }) {
  const { data } = useLoaded<Reporting>("/reporting");
  if (data === undefined || data.comments.length === 0) return null;
  const add = (name: string) => {
    const found = data.comments.find((one) => one.name === name);
    if (found === undefined || field.current === null) return;
    field.current.value = [field.current.value.trimEnd(), found.text].filter((part) => part !== "").join("\n");
  };
  return (
    <Field label={t("caseForm.template")}>
      <select value="" onChange={(event) => add(event.currentTarget.value)}>
        <option value="">{t("caseForm.chooseTemplate")}</option>
        {data.comments.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </Field>
  );
}
