/** A table in Markdown: the first column flush left, the others flush right. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(heading.map((_, i) => (i === 0 ? "---" : "---:")));
  return [line(heading), rule, ...rows.map(line)].join("\n");
}

/** User text as Markdown shows it: one line, nothing in it acts as Markdown or HTML. */
export function plainText(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
}

/** A block of shell; a fence longer than any run of backticks in the text cannot be closed by it. */
export function shellBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}sh\n${text}\n${mark}`;
}
