import { useMemo } from "react";
import type { Cell } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";

/** Numbers of a case's cells by their ids, for people; empty for the trail of all cases, and for a blind reader. */
export function useCellNumbers(caseId: string | undefined): ReadonlyMap<string, number> {
  const { data } = useLoaded<{ cells: Cell[] }>(
    caseId === undefined ? undefined : `/cases/${caseId}/cells?reading=first&limit=5000`,
  );
  return useMemo(() => new Map(data?.cells.map(({ id, number }) => [id, number])), [data]);
}
