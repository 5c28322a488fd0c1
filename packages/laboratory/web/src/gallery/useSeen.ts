import { useEffect, useRef } from "react";
import type { Row } from "./sections.ts";

/** Milliseconds that a cell stands in sight before it counts as seen: what scrolls past, or what the model's answers push past, is not looked at. */
const LOOK = 300;

/** Adds cells to `seen` that stood in sight, with the model's answer, for long enough. @param rows those in sight. */
export function useSeen(rows: readonly Row[], seen: Set<string>): void {
  const since = useRef<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const look = () => {
      const now = performance.now();
      for (const [id, from] of since.current) if (now - from >= LOOK) seen.add(id);
    };
    look();
    const answered = rows.flatMap((row) =>
      row.flatMap((item) => (item.kind === "cell" && item.cell.status === "classified" ? [item.cell.id] : [])),
    );
    const now = performance.now();
    since.current = new Map(answered.map((id) => [id, since.current.get(id) ?? now]));
    const timer = setTimeout(look, LOOK + 1);
    return () => clearTimeout(timer);
  });
}
