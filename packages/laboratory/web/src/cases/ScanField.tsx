import type { FormEvent } from "react";
import { get } from "../api/client.ts";
import type { CaseSummary, Order } from "../api/types.ts";
import { go } from "../app/router.ts";
import { t } from "../language/words.ts";
import { useAction } from "../ui/useAction.ts";

/** What a scanner read that no case has. */
export interface Unknown {
  readonly name: string;
  /** Whether there is an order of that accession number. */
  readonly isOrdered: boolean;
}

interface ScanFieldProps {
  /** Told where several cases have the number. */
  readonly onSeveral: (name: string) => void;
  readonly onUnknown: (unknown: Unknown) => void;
}

/** A field that a scanner of barcodes types into, and ends with Enter: opens the case of that number. */
export function ScanField({ onSeveral, onUnknown }: ScanFieldProps) {
  const [look, isBusy] = useAction(async (form: HTMLFormElement) => {
    const name = String(new FormData(form).get("scanned")).trim();
    if (name === "") return;
    const query = new URLSearchParams({ name });
    const { cases } = await get<{ cases: CaseSummary[] }>(`/cases?${query}`);
    const found = cases.filter(({ status }) => status !== "void");
    form.reset();
    if (found.length === 1) return go("cases", found[0]!.id);
    if (found.length > 1) return onSeveral(name);
    const { orders } = await get<{ orders: Order[] }>(
      `/orders?${new URLSearchParams({ accession: name, open: "true" })}`,
    );
    onUnknown({ name, isOrdered: orders.some(({ accession }) => accession === name) });
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void look(event.currentTarget);
  };
  return (
    <form className="choice" onSubmit={submit}>
      <label className="choice">
        <span>{t("plan.scan")}</span>
        <input name="scanned" maxLength={200} autoComplete="off" spellCheck={false} disabled={isBusy} />
      </label>
    </form>
  );
}
