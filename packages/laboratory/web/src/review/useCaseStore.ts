import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useEvents } from "../api/useEvents.ts";
import { type CaseEvent, CaseStore, type CaseStoreOptions } from "./caseStore.ts";

/** The store of a case: while its page is open, whatever its tab, it sends what was changed and follows the server. */
export function useCaseStore({ caseId, reading, user, onRefused }: CaseStoreOptions) {
  const store = useMemo(() => new CaseStore({ caseId, reading, user, onRefused }), [caseId, reading, user, onRefused]);
  useEffect(() => {
    store.open();
    return () => store.close();
  }, [store]);
  useEvents<CaseEvent>(reading === "first" ? `/cases/${caseId}/events` : undefined, (event) => store.take(event));
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  return { store, state };
}
