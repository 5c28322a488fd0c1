import { useCallback, useEffect, useState } from "react";
import { type ApiError, get } from "./client.ts";
import { useOnline } from "./useOnline.ts";

/** What a page asked for: the last answer is kept while a new one is on its way. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

/**
 * Asks when the page opens, when the path or the version changes, when told to, and after a failure when the network is
 * back; a path of undefined asks nothing.
 */
export function useLoaded<T>(path: string | undefined, version = 0): Loaded<T> {
  const [state, setState] = useState<{ path?: string | undefined; data?: T; error?: ApiError }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    get<T>(path, stop.signal).then(
      (data) => setState({ path, data }),
      (error) => {
        if (!stop.signal.aborted) setState((last) => ({ ...(last.path === path && last), path, error }));
      },
    );
    return () => stop.abort();
  }, [path, version, turn]);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  useOnline(state.error === undefined ? undefined : reload);
  const isCurrent = state.path === path;
  return { data: isCurrent ? state.data : undefined, error: isCurrent ? state.error : undefined, reload };
}
