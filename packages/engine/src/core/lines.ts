/**
 * Lines of a text that comes in pieces, ended by "\n" alone. Readline ends them at U+2028 too since Node 24, which strings in JSON may hold.
 */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of text) {
    const [first, ...others] = chunk.split("\n");
    parts.push(first!);
    for (const other of others) {
      yield parts.join("");
      parts = [other];
    }
  }
  const last = parts.join("");
  if (last !== "") yield last;
}
