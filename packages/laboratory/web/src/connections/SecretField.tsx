import type { ConnectionsChange } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";

interface SecretFieldProps {
  readonly name: string;
  readonly label: string;
  readonly isSet: boolean;
}

/** A secret, which is never shown: it stays unless another is typed, or it is to be removed. */
export function SecretField({ name, label, isSet }: SecretFieldProps) {
  return (
    <div>
      <Field label={label} hint={isSet ? t("connections.secretSet") : t("connections.secretNone")}>
        <input name={name} type="password" maxLength={4000} autoComplete="off" />
      </Field>
      {isSet && (
        <label className="row">
          <input type="checkbox" name={`${name}.remove`} /> {t("connections.secretRemove", { label })}
        </label>
      )}
    </div>
  );
}

/** Secrets that change. */
export function secretsOf(fields: FormData): ConnectionsChange["secrets"] {
  const names = ["results", "webhook"] as const;
  const changed = names.flatMap((name) => {
    const value = String(fields.get(`secret.${name}`) ?? "");
    return value !== "" || fields.has(`secret.${name}.remove`) ? [[name, value]] : [];
  });
  return Object.fromEntries(changed) as ConnectionsChange["secrets"];
}
