import type { CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";

/** Which cases are listed, and in which order. */
export interface CasesView {
  readonly search: string;
  readonly status: CaseSummary["status"] | "all";
  readonly sort: "newest" | "oldest" | "name";
}

/** All of them, the newest first. */
export const ALL_CASES: CasesView = { search: "", status: "all", sort: "newest" };

const STATUSES = ["all", "open", "signing", "signed", "void"] as const;
const ORDERS = ["newest", "oldest", "name"] as const;

/** What asks for them. */
export function queryOf({ search, status, sort }: CasesView): string {
  const query = new URLSearchParams({
    sort,
    ...(search.trim() !== "" && { search: search.trim() }),
    ...(status !== "all" && { status }),
  });
  return `&${query}`;
}

interface CasesToolsProps {
  readonly view: CasesView;
  readonly onView: (view: CasesView) => void;
}

/** Searches, filters and sorts the list of cases. */
export function CasesTools({ view, onView }: CasesToolsProps) {
  const words = texts.cases;
  return (
    <search className="row">
      <label className="choice">
        <span>{words.search}</span>
        <input
          type="search"
          maxLength={200}
          autoComplete="off"
          value={view.search}
          onChange={({ target }) => onView({ ...view, search: target.value })}
        />
      </label>
      <label className="choice">
        <span>{words.columns.status}</span>
        <select
          value={view.status}
          onChange={({ target }) => onView({ ...view, status: target.value as CasesView["status"] })}
        >
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {status === "all" ? words.all : words.status[status]}
            </option>
          ))}
        </select>
      </label>
      <label className="choice">
        <span>{words.sort}</span>
        <select
          value={view.sort}
          onChange={({ target }) => onView({ ...view, sort: target.value as CasesView["sort"] })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {words.orders[order]}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
