import { readFileSync, statSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Refuses to write a report over something else. @throws ERR_OUTPUT if `out` exists and is no report of Leukogram. */
export function requireOwnReport(out: string): void {
  const found = statSync(out, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isFile() && readFileSync(out, "utf8").includes('<meta name="generator" content="Leukogram')) return;
  throw new LeukogramError("ERR_OUTPUT", `${out}: exists and is not a Leukogram report`, {
    hint: "Move it, or choose another place with --out.",
  });
}
