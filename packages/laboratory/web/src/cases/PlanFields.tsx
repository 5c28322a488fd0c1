import type { CaseFacts, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";

const PRIORITIES = ["routine", "urgent", "stat"] as const satisfies CaseFacts["priority"][];

/** Who is to read a case, how soon and until when. */
export function PlanFields({ summary }: { readonly summary: CaseSummary | undefined }) {
  const { data } = useLoaded<{ names: string[] }>("/people");
  const assignee = summary?.assignee ?? "";
  const names = new Set([...(data?.names ?? []), ...(assignee === "" ? [] : [assignee])]);
  return (
    <>
      <div className="columns">
        <Field label={t("plan.assignee")}>
          {/* Again when the names have come, so that the one that is set is chosen. */}
          <select key={names.size} name="assignee" defaultValue={assignee}>
            <option value="">{t("plan.noAssignee")}</option>
            {[...names].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label={t("plan.priority")}>
          <select name="priority" defaultValue={summary?.priority ?? "routine"}>
            {PRIORITIES.map((priority) => (
              <option key={priority} value={priority}>
                {t(`plan.priorities.${priority}`)}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <Field label={t("plan.due")}>
        <input name="due" type="datetime-local" defaultValue={localOf(summary?.due ?? null)} />
      </Field>
    </>
  );
}

/** What {@link PlanFields} hold. */
export function planOf(fields: FormData): Pick<CaseFacts, "assignee" | "priority" | "due"> {
  const due = String(fields.get("due") ?? "");
  return {
    assignee: String(fields.get("assignee") ?? "") || null,
    priority: PRIORITIES.find((one) => one === fields.get("priority")) ?? "routine",
    due: due === "" ? null : new Date(due).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

// As the browser's field takes it: the time here, to the minute.
function localOf(due: string | null): string {
  if (due === null) return "";
  const at = new Date(due);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
