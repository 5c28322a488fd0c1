import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { useMessages } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { type CaseUploads, NO_UPLOADS, UploadQueue } from "./uploadQueue.ts";

const Context = createContext<UploadQueue | undefined>(undefined);

/** The uploads of this page; only inside {@link UploadsProvider}. */
export function useUploads(): UploadQueue {
  return useContext(Context)!;
}

/** The uploads of all cases, followed. */
export function useAllUploads(): ReadonlyMap<string, CaseUploads> {
  const queue = useUploads();
  return useSyncExternalStore(queue.subscribe, queue.snapshot);
}

/** The uploads of a case, followed. */
export function useCaseUploads(caseId: string): CaseUploads {
  return useAllUploads().get(caseId) ?? NO_UPLOADS;
}

/** Holds the uploads above all pages; the browser asks before the page is left while one is under way. */
export function UploadsProvider({ children }: { readonly children: ReactNode }) {
  const { announce } = useMessages();
  const { session } = useSession();
  const queue = useMemo(
    () =>
      new UploadQueue({
        onEnded: ({ added, known, refused }) => announce(t("upload.done", { added, known, refused: refused.length })),
        onWait: (wait) => announce(t(`upload.waits.${wait}`)),
      }),
    [announce],
  );
  const user = session?.user;
  useEffect(() => {
    if (user != null) queue.setUser(user);
  }, [queue, user]);
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if ([...queue.snapshot().values()].some(({ isBusy }) => isBusy)) event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    return () => removeEventListener("beforeunload", leave);
  }, [queue]);
  return <Context value={queue}>{children}</Context>;
}
