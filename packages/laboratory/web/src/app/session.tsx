import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type ApiError, get, keepCsrf, onSignedOut, send } from "../api/client.ts";
import type { Role, Session } from "../api/types.ts";

/** Who uses the page, and what they may do. */
export interface SessionState {
  readonly session: Session | undefined;
  readonly error: ApiError | undefined;
  readonly signIn: (name: string, password: string) => Promise<void>;
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
  return session?.role != null && ROLES.indexOf(session.role) >= ROLES.indexOf(role);
}

/** Asks who is there when the page opens. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<Session>();
  const [error, setError] = useState<ApiError>();
  const reload = useCallback(() => {
    get<Session>("/session").then((found) => {
      setSession(keepCsrf(found));
      setError(undefined);
    }, setError);
  }, []);
  useEffect(reload, [reload]);
  // It has run out, or was ended elsewhere: the page leads to signing in.
  useEffect(() => onSignedOut(reload), [reload]);
  const value = useMemo<SessionState>(
    () => ({
      session,
      error,
      reload,
      signIn: async (name, password) =>
        setSession(keepCsrf(await send<Session>("POST", "/session", { name, password }))),
      signOut: async () => {
        await send("DELETE", "/session");
        reload();
      },
    }),
    [session, error, reload],
  );
  return <Context value={value}>{children}</Context>;
}
