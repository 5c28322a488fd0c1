import type { TrailEvent } from "../api/types.ts";

/** Longer than this, what an event says is folded. */
const SHORT = 64;

/** What an event says: a line where it is short, else a line that opens. */
export function EventContent({ event: { content } }: { readonly event: TrailEvent }) {
  const text = JSON.stringify(content);
  if (text.length <= SHORT) return <code className="break">{text}</code>;
  return (
    <details>
      <summary>
        <code>{text.slice(0, SHORT)}…</code>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <pre tabIndex={0}>{JSON.stringify(content, null, 1)}</pre>
    </details>
  );
}
