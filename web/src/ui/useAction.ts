import { useCallback, useState } from "react";
import { useMessages } from "../app/messages.tsx";

/** Runs one action at a time; what goes wrong is shown. */
export function useAction<A extends readonly unknown[]>(work: (...given: A) => Promise<void>) {
  const [isBusy, setIsBusy] = useState(false);
  const { fail } = useMessages();
  const run = useCallback(
    async (...given: A) => {
      setIsBusy(true);
      try {
        await work(...given);
      } catch (error) {
        fail(error);
      } finally {
        setIsBusy(false);
      }
    },
    [work, fail],
  );
  return [run, isBusy] as const;
}
