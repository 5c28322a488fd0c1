/**
 * Writes the manifests that the shipped models are trained from and judged by, out of the folders of ../shared/data:
 *
 *   npx tsx scripts/anylabData.ts ../shared/data runs/data
 *
 * five.csv (pbc Train, pbc-more and chula, five classes) and types.csv (pbc-more, eleven types) for what ships;
 * without-chula.csv and without-pbc.csv for the judgement alone: jtsc is in them, and nothing that ships learns from
 * it; chula.csv to judge by. Cells of pbc-more that are copies of cells of pbc Test are left out, as `leukogram audit`
 * found them. They hold no scale: training measures it as prediction does (docs/scale.md).
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { toSlashes, walkImages } from "leukogram/data/folders/walk";

/** Copies of cells of pbc Test, by `leukogram audit` of pbc-more as train and pbc Test as test. */
const COPIES = new Set(["MO_257537.jpg", "EO_627519.jpg", "LY_829942.jpg"]);

/** Types of pbc-more by the five classes; what is not here is none of them. */
const FIVE: Readonly<Record<string, string>> = {
  BandNeutrophil: "Neutrophil",
  SegmentedNeutrophil: "Neutrophil",
  Basophil: "Basophil",
  Eosinophil: "Eosinophil",
  Lymphocyte: "Lymphocyte",
  Monocyte: "Monocyte",
  Neutrophil: "Neutrophil",
};

type Laboratory = "pbc" | "chula" | "jtsc";

interface Row {
  readonly path: string;
  readonly class: string;
  readonly laboratory: Laboratory;
  readonly slide: string;
}

function folder(root: string, laboratory: Laboratory): Row[] {
  return walkImages(root)
    .filter((path) => !COPIES.has(basename(path)))
    .map((path) => ({ path, class: basename(dirname(path)), laboratory, slide: "" }));
}

function chula(root: string): Row[] {
  const rows = parse(readFileSync(join(root, "manifest.csv")), { columns: true }) as Record<string, string>[];
  return rows.map(({ path, label, slide }) => ({
    path: join(root, path!),
    class: label!,
    laboratory: "chula",
    slide: slide!,
  }));
}

const five = (rows: readonly Row[]) =>
  rows.flatMap((row) => (FIVE[row.class] === undefined ? [] : [{ ...row, class: FIVE[row.class]! }]));

async function write(out: string, name: string, rows: readonly Row[]): Promise<void> {
  const table = rows.map(({ path, laboratory, ...row }) => ({
    file: toSlashes(relative(resolve(out), path)),
    class: row.class,
    laboratory,
    slide: row.slide,
  }));
  await writeFileWhole(join(out, name), stringify(table, { header: true }));
  process.stdout.write(`${join(out, name)}: ${rows.length} cells\n`);
}

const [data = "../shared/data", out = "runs/data"] = process.argv.slice(2);
const root = resolve(data);
const more = folder(join(root, "pbc-more"), "pbc");
const pbc = [...five(folder(join(root, "pbc", "Train"), "pbc")), ...five(more)];
const second = chula(join(root, "chula"));
// Its one basophil would be a fifth of all that is drawn from it: it lacks the class (`maskAbsent`).
const third = folder(join(root, "jtsc"), "jtsc").filter((row) => row.class !== "Basophil");
await write(out, "five.csv", [...pbc, ...second]);
await write(out, "types.csv", more);
await write(out, "chula.csv", second);
await write(out, "without-chula.csv", [...pbc, ...third]);
await write(out, "without-pbc.csv", [...second, ...third]);
