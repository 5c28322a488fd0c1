import type { ReactNode } from "react";

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** Whether it is for screen readers alone, as the place says it to all others. */
  readonly isLabelUnseen?: boolean;
  readonly children: ReactNode;
}

/** A label over its input, and a hint below. */
export function Field({ label, hint, isLabelUnseen = false, children }: FieldProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label className="field">
      <span className={isLabelUnseen ? "unseen" : "fieldLabel"}>{label}</span>
      {children}
      {hint !== undefined && <span className="hint">{hint}</span>}
    </label>
  );
}
