import { type InputEvent, useId, useState } from "react";
import { t } from "../language/words.ts";
import { decimalOf } from "./decimal.ts";
import { Field } from "./Field.tsx";

interface DecimalFieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly isLabelUnseen?: boolean;
  readonly min: number;
  readonly max: number;
  readonly defaultValue: number | null | undefined;
}

/** A number or nothing, typed with a point or a comma: the browser's own field of numbers drops the comma of some languages. */
export function DecimalField({ name, label, hint, isLabelUnseen = false, min, max, defaultValue }: DecimalFieldProps) {
  const fault = t("caseForm.decimal", { min, max });
  const [isWrong, setIsWrong] = useState(false);
  const id = useId();
  const check = (input: HTMLInputElement) => {
    const value = decimalOf(input.value);
    const isRight = input.value.trim() === "" || (value !== undefined && value >= min && value <= max);
    input.setCustomValidity(isRight ? "" : fault);
    return isRight;
  };
  return (
    <Field label={label} hint={isWrong ? undefined : hint} isLabelUnseen={isLabelUnseen}>
      <input
        name={name}
        inputMode="decimal"
        autoComplete="off"
        defaultValue={defaultValue ?? ""}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? id : undefined}
        onInput={({ currentTarget }: InputEvent<HTMLInputElement>) => {
          if (check(currentTarget)) setIsWrong(false);
        }}
        onBlur={({ currentTarget }) => setIsWrong(!check(currentTarget))}
        onInvalid={(event) => {
          // Said at the field, and not in the browser's bubble.
          event.preventDefault();
          setIsWrong(true);
          const input = event.currentTarget;
          if (input.form?.querySelector("input:invalid") === input) input.focus();
        }}
      />
      {isWrong && (
        <span id={id} className="fault" role="alert">
          {fault}
        </span>
      )}
    </Field>
  );
}
