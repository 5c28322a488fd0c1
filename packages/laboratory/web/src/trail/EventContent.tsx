import type { TrailEvent } from "../api/types.ts";
import { eventWords } from "./eventWords.ts";

/** Longer than this, what an event says is folded. */
const SHORT = 64;

interface EventContentProps {
  readonly event: TrailEvent;
  /** Numbers of cells, by id. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** What an event says: in words where there are some, and as it was kept; a line that opens where that is long. */
export function EventContent({ event, numbers }: EventContentProps) {
  const text = JSON.stringify(event.content);
  const words = eventWords(event, numbers);
  if (words === undefined && text.length <= SHORT) return <code className="break">{text}</code>;
  return (
    <details>
      <summary>{words ?? <code>{text.slice(0, SHORT)}…</code>}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <pre tabIndex={0}>{JSON.stringify(event.content, null, 1)}</pre>
    </details>
  );
}
