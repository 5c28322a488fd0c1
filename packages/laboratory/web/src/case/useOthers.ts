import { useEffect, useState } from "react";
import { newKey, send, sendLast } from "../api/client.ts";
import type { Readers } from "../api/types.ts";

/** Milliseconds between signs of life. */
const EVERY = 10_000;

/** One for as long as the page lives, so that it is never taken for another of its own. */
const PAGE = newKey();

const NOBODY: readonly string[] = [];

/** Says that this page has a case open, and follows who else has; nobody while the server does not answer. */
export function useOthers(caseId: string): readonly string[] {
  const [others, setOthers] = useState(NOBODY);
  useEffect(() => {
    const path = `/cases/${caseId}/readers/${PAGE}`;
    let isOpen = true;
    const show = (names: readonly string[]) => isOpen && setOthers(names);
    const stay = () =>
      send<Readers>("PUT", path).then(
        (answer) => show(answer.others),
        () => show(NOBODY),
      );
    const leave = () => sendLast("DELETE", path);
    void stay();
    const timer = setInterval(stay, EVERY);
    addEventListener("pagehide", leave);
    return () => {
      isOpen = false;
      clearInterval(timer);
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [caseId]);
  return others;
}
