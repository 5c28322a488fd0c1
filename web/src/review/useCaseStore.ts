import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useEvents } from "../api/useEvents.ts";
import { type CaseEvent, CaseStore, type CaseStoreOptions } from "./caseStore.ts";

/** The store of a case, loaded and following the server while its page is open. */
export function useCaseStore({ caseId, reading, user, onRefused }: CaseStoreOptions) {
  const store = useMemo(() => new CaseStore({ caseId, reading, user, onRefused }), [caseId, reading, user, onRefused]);
  useEffect(() => {
    store.open();
    void store.load();
    return () => store.close();
  }, [store]);
  useEvents<CaseEvent>(reading === "first" ? `/cases/${caseId}/events` : undefined, (event) => store.take(event));
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  return { store, state };
}
