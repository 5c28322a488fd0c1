import { useEffect, useRef } from "react";
import { API } from "./client.ts";

/** Names under which the server sends; "message" is what has none. */
const NAMES = ["message", "change", "case", "run"];

/** Follows server-sent events at a path; the browser connects again by itself. A path of undefined follows nothing. */
export function useEvents<T>(path: string | undefined, onEvent: (event: T) => void): void {
  const latest = useRef(onEvent);
  latest.current = onEvent;
  useEffect(() => {
    if (path === undefined) return;
    const source = new EventSource(`${API}${path}`);
    const take = (event: MessageEvent<string>) => latest.current(JSON.parse(event.data) as T);
    for (const name of NAMES) source.addEventListener(name, take);
    return () => source.close();
  }, [path]);
}
