import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type ApiError, get, keepCsrf, onSignedOut, send } from "../api/client.ts";
import type { Role, Session } from "../api/types.ts";
import { useIdleLock } from "./useIdleLock.ts";

/** What one signs in by. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
  readonly code?: string | undefined;
}

/** Who uses the page, and what they may do. */
export interface SessionState {
  readonly session: Session | undefined;
  readonly error: ApiError | undefined;
  /** Minutes without use after which the page was locked; undefined if it was not. */
  readonly lockedAfter: number | undefined;
  /** Whether a code is needed too. */
  readonly signIn: (credentials: Credentials) => Promise<boolean>;
  readonly signOut: () => Promise<void>;
  readonly reload: () => void;
}

const Context = createContext<SessionState | undefined>(undefined);

/** The session; only inside {@link SessionProvider}. */
export function useSession(): SessionState {
  return useContext(Context)!;
}

/** What a user may do, each with what those before it may. */
export const ROLES: readonly Role[] = ["viewer", "reviewer", "signer", "admin"];

/** Whether who is signed in may do what needs a role. */
export function useMay(role: Role): boolean {
  const { session } = useSession();
  const isAtLeast = (one: Role | null | undefined) => one != null && ROLES.indexOf(one) >= ROLES.indexOf(role);
  const needed = session?.needsCodeFrom;
  const isHeld = needed != null && ROLES.indexOf(role) >= ROLES.indexOf(needed);
  return isAtLeast(session?.role) && !isHeld;
}

/** Asks who is there when the page opens, and locks it when nobody is. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<Session>();
  const [error, setError] = useState<ApiError>();
  const [lockedAfter, setLockedAfter] = useState<number>();
  const reload = useCallback(() => {
    get<Session>("/session").then((found) => {
      setSession(keepCsrf(found));
      setError(undefined);
    }, setError);
  }, []);
  useEffect(reload, [reload]);
  // It has run out, or was ended elsewhere: the page leads to signing in.
  useEffect(() => onSignedOut(reload), [reload]);
  const minutes = session?.idleMinutes ?? null;
  const onUse = useCallback(() => void send("PUT", "/session", {}).catch(() => {}), []);
  const onLock = useCallback(() => {
    setLockedAfter(minutes ?? undefined);
    // What is on the page goes at once; without a network the server ends the session by itself.
    setSession((last) => last && { ...last, user: null, role: null, idleMinutes: null });
    send("DELETE", "/session").then(reload, () => {});
  }, [minutes, reload]);
  useIdleLock({ minutes, onUse, onLock });
  const value = useMemo<SessionState>(
    () => ({
      ...{ session, error, lockedAfter, reload },
      signIn: async (credentials) => {
        const found = await send<Session>("POST", "/session", credentials);
        if (found.needsCode) return true;
        setLockedAfter(undefined);
        setSession(keepCsrf(found));
        return false;
      },
      signOut: async () => {
        await send("DELETE", "/session");
        reload();
      },
    }),
    [session, error, lockedAfter, reload],
  );
  return <Context value={value}>{children}</Context>;
}
