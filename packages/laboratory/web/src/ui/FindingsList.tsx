import type { Findings } from "../api/types.ts";

/** What an adaptation without labels found, one thing a line; nothing if there is none. */
export function FindingsList({ findings }: { readonly findings: Findings }) {
  if (findings.length === 0) return null;
  return (
    <dl className="facts findings">
      {findings.map(({ name, text }) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
