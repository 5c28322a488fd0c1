import type { Readable } from "node:stream";

/**
 * Lines of a text in UTF-8, ended by "\n" alone. Readline ends them at U+2028 too since Node 24, which strings in JSON may hold.
 */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of stream.setEncoding("utf8")) {
    const [first, ...others] = (chunk as string).split("\n");
    parts.push(first!);
    for (const other of others) {
      yield parts.join("");
      parts = [other];
    }
  }
  const last = parts.join("");
  if (last !== "") yield last;
}
