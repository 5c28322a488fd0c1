import type { RgbImage } from "./rgbImage.ts";
import { sharp } from "./sharp.ts";

/** A row of pictures of one size, and what is written before it. */
export interface SheetRow {
  readonly title: string;
  readonly text: string;
  readonly pictures: readonly RgbImage[];
}

const MARGIN = 8;
const LABEL_WIDTH = 210;

/** A PNG of rows of pictures with a label before each; all pictures as large as the first. */
export async function contactSheet(rows: readonly SheetRow[]): Promise<Uint8Array> {
  const { width: tile, height: tall } = rows[0]!.pictures[0]!;
  const columns = Math.max(...rows.map(({ pictures }) => pictures.length));
  const rowHeight = Math.max(tall, 48);
  const width = LABEL_WIDTH + columns * tile + MARGIN;
  const height = rows.length * rowHeight + 2 * MARGIN;
  const tiles = rows.flatMap(({ pictures }, row) =>
    pictures.map(({ data, width: w, height: h }, column) => ({
      input: Buffer.from(data),
      raw: { width: w, height: h, channels: 3 as const },
      left: LABEL_WIDTH + column * tile,
      top: MARGIN + row * rowHeight,
    })),
  );
  const labels = rows.map(({ title, text }, row) => label(title, text, MARGIN + row * rowHeight)).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">${labels}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
    .composite([...tiles, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function label(title: string, text: string, top: number): string {
  const lines = wrapped(text, 30).map(
    (line, i) => `<text x="${MARGIN}" y="${top + 36 + i * 15}" font-size="12" fill="#555555">${escaped(line)}</text>`,
  );
  return `<text x="${MARGIN}" y="${top + 18}" font-size="15" font-weight="bold" fill="#111111">${escaped(title)}</text>${lines.join("")}`;
}

function wrapped(text: string, most: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
