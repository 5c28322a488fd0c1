import type { CaseSummary } from "../api/types.ts";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";

/** Which cases are listed, and in which order. */
export interface CasesView {
  readonly search: string;
  readonly status: CaseSummary["status"] | "all";
  readonly sort: "newest" | "oldest" | "name" | "urgency";
  /** Who is to read them; undefined for all. */
  readonly assignee?: string | undefined;
}

/** All of them, the newest first. */
export const ALL_CASES: CasesView = { search: "", status: "all", sort: "newest" };

const STATUSES = ["all", "open", "signing", "signed", "void"] as const;
const ORDERS = ["newest", "oldest", "name", "urgency"] as const;

/** What asks for them. */
export function queryOf({ search, status, sort, assignee }: CasesView): string {
  const query = new URLSearchParams({
    sort,
    ...(search.trim() !== "" && { search: search.trim() }),
    ...(status !== "all" && { status }),
    ...(assignee !== undefined && { assignee }),
  });
  return `&${query}`;
}

interface CasesToolsProps {
  readonly view: CasesView;
  readonly onView: (view: CasesView) => void;
}

/** Searches, filters and sorts the list of cases. */
export function CasesTools({ view, onView }: CasesToolsProps) {
  const me = useSession().session?.user ?? "";
  return (
    <search className="row">
      <label className="choice">
        <span>{t("cases.search")}</span>
        <input
          type="search"
          maxLength={200}
          autoComplete="off"
          value={view.search}
          onChange={({ target }) => onView({ ...view, search: target.value })}
        />
      </label>
      <label className="choice">
        <span>{t("cases.columns.status")}</span>
        <select
          value={view.status}
          onChange={({ target }) => onView({ ...view, status: target.value as CasesView["status"] })}
        >
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {status === "all" ? t("cases.all") : t(`cases.status.${status}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="choice">
        <span>{t("plan.assignee")}</span>
        <select
          value={view.assignee === undefined ? "all" : "mine"}
          onChange={({ target }) => onView({ ...view, assignee: target.value === "mine" ? me : undefined })}
        >
          <option value="all">{t("plan.anybody")}</option>
          <option value="mine">{t("plan.mine")}</option>
        </select>
      </label>
      <label className="choice">
        <span>{t("cases.sort")}</span>
        <select
          value={view.sort}
          onChange={({ target }) => onView({ ...view, sort: target.value as CasesView["sort"] })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {t(`cases.orders.${order}`)}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
