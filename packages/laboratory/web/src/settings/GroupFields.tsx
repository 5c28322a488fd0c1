import type { Ranges } from "../api/types.ts";
import { t } from "../language/words.ts";
import { DecimalField } from "../ui/DecimalField.tsx";
import { decimalOf } from "../ui/decimal.ts";
import { Field } from "../ui/Field.tsx";
import { LimitsFields, limitsOf } from "./LimitsFields.tsx";

type Group = Ranges["groups"][number];

/** A group of a form that may grow: its number stays when others come and go. */
export type NumberedGroup = Group & { readonly id: number };

interface GroupFieldsProps {
  readonly group: NumberedGroup;
  readonly title: string;
  /** Undefined if it must stay. */
  readonly onRemove: (() => void) | undefined;
}

/** For whom ranges hold, and the ranges. */
export function GroupFields({ group, title, onRemove }: GroupFieldsProps) {
  const { id, name, sex, below, leukocytes, percent, absolute } = group;
  return (
    <fieldset className="card">
      <legend>{title}</legend>
      <div className="columns">
        <Field label={t("settings.groupName")}>
          <input name={`${id} name`} required maxLength={100} defaultValue={name} autoComplete="off" />
        </Field>
        <Field label={t("settings.groupSex")}>
          <select name={`${id} sex`} defaultValue={sex ?? ""}>
            <option value="">{t("settings.sexes.both")}</option>
            <option value="female">{t("settings.sexes.female")}</option>
            <option value="male">{t("settings.sexes.male")}</option>
          </select>
        </Field>
        <DecimalField
          name={`${id} below`}
          label={t("settings.groupBelow")}
          hint={t("settings.groupBelowHint")}
          min={0}
          max={150}
          defaultValue={below}
        />
        <DecimalField
          name={`${id} low`}
          label={t("settings.whiteLow")}
          min={0}
          max={2000}
          defaultValue={leukocytes?.[0]}
        />
        <DecimalField
          name={`${id} high`}
          label={t("settings.whiteHigh")}
          min={0}
          max={2000}
          defaultValue={leukocytes?.[1]}
        />
      </div>
      <LimitsFields
        title={title}
        limits={{ percent, absolute }}
        prefix={`${id} `}
        columnOf={(unit, side) => t("settings.rangeColumn", { unit, side })}
      />
      {onRemove && (
        <div className="row end">
          <button type="button" className="quiet small" onClick={onRemove}>
            {t("settings.groupRemove", { name: name === "" ? title : name })}
          </button>
        </div>
      )}
    </fieldset>
  );
}

/** What the fields of a group say. @throws Error if a range has one limit alone. */
export function groupOf(fields: FormData, id: number): Group {
  const text = (name: string) => String(fields.get(`${id} ${name}`));
  const name = text("name");
  const [sex, low, high] = [text("sex"), decimalOf(text("low")) ?? null, decimalOf(text("high")) ?? null];
  const whole = (pair: readonly [number | null, number | null]) => {
    const [from, to] = pair;
    if (from === null || to === null) throw new Error(t("settings.incomplete", { group: name }));
    return [from, to] as const;
  };
  const { percent, absolute } = limitsOf(fields, `${id} `);
  const wholeOf = (limits: typeof percent) =>
    Object.fromEntries(Object.entries(limits).map(([key, pair]) => [key, whole(pair)])) as Group["percent"];
  return {
    name,
    sex: sex === "female" || sex === "male" ? sex : null,
    below: decimalOf(text("below")) ?? null,
    leukocytes: low === null && high === null ? null : whole([low, high]),
    percent: wholeOf(percent),
    absolute: wholeOf(absolute),
  };
}
