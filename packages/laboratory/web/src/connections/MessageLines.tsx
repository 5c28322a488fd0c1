/** A message as it goes over the wire, a segment a line. */
export function MessageLines({ label, lines }: { readonly label: string; readonly lines: readonly string[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which arrow keys do.
    <pre className="wire" tabIndex={0} role="region" aria-label={label}>
      {lines.join("\n")}
    </pre>
  );
}
