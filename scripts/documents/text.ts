// Parts of a Markdown text.

/** Bodies of the fences of a language. */
export function fences(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].filter((match) => match[1] === language).map((m) => m[2]!);
}

export function withoutFences(text: string): string {
  return text.replace(/^```.*?^```/gms, "");
}

/** What stands in backticks, outside fences; a line that ends inside them is joined to the next. */
export function inBackticks(text: string): string[] {
  return [...withoutFences(text).matchAll(/`([^`]+)`/g)].map((match) => match[1]!.replace(/\s+/g, " "));
}

/** The lines of shell in a Markdown text: those of fences marked sh, and whole commands in backticks. */
export function shellLines(text: string): string[] {
  const fenced = fences(text, "sh").flatMap((body) => body.replace(/\\\n\s*/g, "").split("\n"));
  const inline = inBackticks(text).filter((words) => /^(npx (leukogram|tsx)|leukogram|python|npm run) /.test(words));
  return [...fenced, ...inline].map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
