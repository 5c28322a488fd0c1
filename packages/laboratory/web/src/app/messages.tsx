import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "../api/client.ts";
import { language, t, textOf } from "../language/words.ts";
import { asSentence } from "../ui/format.ts";

interface Message {
  readonly id: number;
  readonly kind: "error" | "done";
  readonly text: string;
  readonly at: number;
}

/** Ways to tell the reader something. */
export interface Messages {
  /** For screen readers alone. */
  readonly announce: (text: string) => void;
  readonly say: (text: string) => void;
  /** What it gives takes the message away again. */
  readonly fail: (error: unknown) => () => void;
}

/** Where messages go. */
export const MessagesContext = createContext<Messages>({ announce: () => {}, say: () => {}, fail: () => () => {} });

/** The page's messages. */
export function useMessages(): Messages {
  return useContext(MessagesContext);
}

/** What went wrong, in sentences, with what mends it. */
export function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const { hint, code } = error instanceof ApiError ? error : {};
  // What the server says is in English; what it means is said first in other languages.
  const meaning = language() === "en" ? "" : textOf(`errors.code.${code}`, "");
  return [meaning, message, hint ?? ""].map(asSentence).filter(Boolean).join(" ");
}

const SHOWN_FOR = 6000;
const FRESH = 2000;

/** Shows messages, and has them read out. */
export function MessagesProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly Message[]>([]);
  const [spoken, setSpoken] = useState("");
  const next = useRef(0);
  const drop = useCallback((id: number) => setShown((last) => last.filter((message) => message.id !== id)), []);
  // On another page an old message means nothing.
  useEffect(() => {
    const leave = () => setShown((last) => last.filter(({ at }) => performance.now() - at < FRESH));
    addEventListener("hashchange", leave);
    return () => removeEventListener("hashchange", leave);
  }, []);
  const add = useCallback(
    (kind: Message["kind"], text: string) => {
      const id = next.current++;
      setShown((last) =>
        [...last.filter((message) => message.text !== text), { id, kind, text, at: performance.now() }].slice(-4),
      );
      // What went wrong stays until it is read.
      if (kind === "done") setTimeout(() => drop(id), SHOWN_FOR);
      return () => drop(id);
    },
    [drop],
  );
  const messages = useMemo<Messages>(
    () => ({
      announce: setSpoken,
      say: (text) => add("done", text),
      fail: (error) => add("error", wordsOf(error)),
    }),
    [add],
  );
  return (
    <MessagesContext value={messages}>
      {children}
      <div className="unseen" aria-live="polite" aria-atomic="true">
        {spoken}
      </div>
      <section className="messages" aria-label={t("messages.title")} aria-live="assertive">
        {shown.map(({ id, kind, text }) => (
          <div key={id} className={`message ${kind}`}>
            <p>{text}</p>
            <button type="button" className="quiet small" onClick={() => drop(id)}>
              {t("messages.close")}
            </button>
          </div>
        ))}
      </section>
    </MessagesContext>
  );
}
