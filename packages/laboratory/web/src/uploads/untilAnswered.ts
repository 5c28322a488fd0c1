import { ApiError } from "../api/client.ts";

/** Why a request waits: the browser has no network, the server gives no answer, or nobody is signed in. */
export type Wait = "offline" | "server" | "signIn";

/** Options of {@link untilAnswered}. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Called when it begins to wait, and with undefined when it is answered. */
  readonly onWait: (wait: Wait | undefined) => void;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;

/** Tries until an answer comes, however long that takes: ever later, and at once when the browser has a network again. @throws what time does not mend. */
export async function untilAnswered<T>(work: () => Promise<T>, { signal, onWait }: Patience): Promise<T> {
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    try {
      const answer = await work();
      onWait(undefined);
      return answer;
    } catch (error) {
      const reason = signal.aborted ? undefined : waitOf(error);
      onWait(reason);
      if (reason === undefined) throw error;
      if (await pause(wait, signal)) wait = FIRST_WAIT / 2;
      if (signal.aborted) throw error;
    }
  }
}

// A full disk (507) is not mended by waiting, and the reader who uploads should see it.
function waitOf(error: unknown): Wait | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 401) return "signIn";
  if (!error.isPassing || error.status === 507) return undefined;
  return navigator.onLine ? "server" : "offline";
}

// Whether it ended because the network is back.
function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resume) => {
    const ended = new AbortController();
    const end = (isOnline: boolean) => {
      clearTimeout(timer);
      ended.abort();
      resume(isOnline);
    };
    const timer = setTimeout(() => end(false), milliseconds);
    addEventListener("online", () => end(true), { signal: ended.signal });
    signal.addEventListener("abort", () => end(false), { signal: ended.signal });
  });
}
