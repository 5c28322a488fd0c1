import { useEffect, useSyncExternalStore } from "react";
import { language, subscribe } from "./words.ts";

/** Follows the language: what is drawn with it is drawn again when the reader chooses another. */
export function useLanguage(): void {
  const now = useSyncExternalStore(subscribe, language);
  useEffect(() => {
    document.documentElement.lang = now;
  }, [now]);
}
