import { useCallback, useEffect, useRef, useState } from "react";
import { useMessages } from "../app/messages.tsx";

/** Runs one action at a time; what goes wrong is shown until the next try. */
export function useAction<A extends readonly unknown[]>(work: (...given: A) => Promise<void>) {
  const [isBusy, setIsBusy] = useState(false);
  const { fail } = useMessages();
  const dropFault = useRef<() => void>(undefined);
  const focused = useRef<Element | null>(null);
  const run = useCallback(
    async (...given: A) => {
      dropFault.current?.();
      focused.current = document.activeElement;
      setIsBusy(true);
      try {
        await work(...given);
      } catch (error) {
        dropFault.current = fail(error);
      } finally {
        setIsBusy(false);
      }
    },
    [work, fail],
  );
  // A button loses the focus while it is disabled.
  useEffect(() => {
    if (isBusy || document.activeElement !== document.body) return;
    if (focused.current?.isConnected) (focused.current as HTMLElement).focus();
  }, [isBusy]);
  return [run, isBusy] as const;
}
