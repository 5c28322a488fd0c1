// Pictures of a few cells of a report: chosen by what the report froze, so that they are the same each time.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { decodeImage } from "leukogram/data/pictures/image";
import { sharp } from "leukogram/data/pictures/sharp";
import type { ImageFolder } from "../../../store/images.ts";
import type { ReportContent } from "../reportContent.ts";

/** A cell of a report. */
type Cell = ReportContent["cells"][number];

/** A picture for a report: a JPEG, or undefined if its file is gone or another. */
export interface CellPicture {
  readonly number: number;
  readonly class: string;
  readonly jpeg: Buffer | undefined;
}

/** Pixels of a side. */
const SIDE = 192;
/** Pictures in a row. */
const MOST = 10;

/** The cells whose pictures stand in a report: of each class that was counted two, or one where there are many classes. */
export function chosenCells({ cells, differential }: ReportContent): Cell[] {
  const classes = differential.classes.filter(({ count }) => count > 0).map(({ class: name }) => name);
  const each = 2 * classes.length <= MOST ? 2 : 1;
  return classes
    .flatMap((name) =>
      cells
        .filter(({ counted }) => counted === name)
        .sort((a, b) => worth(b) - worth(a) || a.number - b.number)
        .slice(0, each),
    )
    .slice(0, MOST);
}

// What a reader labelled stands for its class before what the model alone said, and there what it was surest of.
const worth = ({ first, probabilities }: Cell) => (first === null ? 0 : 2) + Math.max(0, ...(probabilities ?? []));

/** The pictures of a report. */
export async function cellPictures(images: ImageFolder, content: ReportContent): Promise<CellPicture[]> {
  const pictures: CellPicture[] = [];
  for (const { number, counted, sha256 } of chosenCells(content))
    pictures.push({ number, class: counted!, jpeg: await jpegOf(images.pathOf(sha256), sha256) });
  return pictures;
}

async function jpegOf(path: string, sha256: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== sha256) return undefined;
  const image = await decodeImage(bytes).catch(() => undefined);
  if (image === undefined) return undefined;
  const { data, width, height } = image;
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(SIDE, SIDE, { fit: "cover" })
    .jpeg({ quality: 88 })
    .toBuffer();
}
