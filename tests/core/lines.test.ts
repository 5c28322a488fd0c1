import { Readable } from "node:stream";
import { linesOf } from "@leukogram/engine/core/lines";
import { expect, test } from "vitest";

async function linesFrom(chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks, { objectMode: false }).setEncoding("utf8"))) lines.push(line);
  return lines;
}

test("a line ends at \\n alone, not at other ends of lines that JSON may hold", async () => {
  const lines = ["a\u2028b\u2029c\u0085d\re", "", "f\u000bg\u000ch"];
  expect(await linesFrom([Buffer.from(lines.join("\n"))])).toEqual(lines);
});

test("lines and characters may be cut anywhere, and the last may have no end", async () => {
  const bytes = Buffer.from("Blut ä\n€\n\nlast");
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(await linesFrom(single)).toEqual(["Blut ä", "€", "", "last"]);
  expect(await linesFrom([Buffer.from("a\n")])).toEqual(["a"]);
  expect(await linesFrom([])).toEqual([]);
});
