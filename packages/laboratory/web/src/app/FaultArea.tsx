import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Notice } from "../ui/Notice.tsx";
import { MessagesContext, useMessages, wordsOf } from "./messages.tsx";

/** Shows what goes wrong in it above its content: a message of the page would lie behind a dialog, or far from the form. */
export function FaultArea({ children }: { readonly children: ReactNode }) {
  const outer = useMessages();
  const [fault, setFault] = useState<{ readonly words: string }>();
  const shown = useRef<HTMLDivElement>(null);
  // Browsers differ in what this gives, and React takes that for the way to undo it.
  useEffect(() => void shown.current?.scrollIntoView({ block: "nearest" }), [fault]);
  const messages = useMemo(
    () => ({
      ...outer,
      fail: (error: unknown) => {
        const mine = { words: wordsOf(error) };
        setFault(mine);
        return () => setFault((last) => (last === mine ? undefined : last));
      },
    }),
    [outer],
  );
  return (
    <MessagesContext value={messages}>
      {fault !== undefined && (
        <div ref={shown} className="faults">
          <Notice kind="error">{fault.words}</Notice>
        </div>
      )}
      {children}
    </MessagesContext>
  );
}
