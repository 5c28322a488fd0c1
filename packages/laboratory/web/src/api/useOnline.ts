import { useEffect } from "react";

/** Calls when the browser has a network again; undefined waits for nothing. */
export function useOnline(onOnline: (() => void) | undefined): void {
  useEffect(() => {
    if (onOnline === undefined) return;
    addEventListener("online", onOnline);
    return () => removeEventListener("online", onOnline);
  }, [onOnline]);
}
