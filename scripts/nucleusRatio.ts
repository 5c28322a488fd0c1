/**
 * Prints how wide nuclei and red cells are by class and laboratory, as docs/measurements/scale.md has it:
 *
 *   npx tsx scripts/nucleusRatio.ts ../shared/data [pictures a class]
 */
import { basename, dirname, join } from "node:path";
import { spread } from "@leukogram/engine/core/spread";
import { compareCodePoints, walkImages } from "leukogram/data/folders/walk";
import { type CellSizes, cellSizes } from "leukogram/data/microscopy/redCellWidths";
import { decodeImage } from "leukogram/data/pictures/image";
import { FEWEST_RED_CELLS } from "leukogram/data/scale/scale";
import { quantile } from "leukogram/metrics/quantile";
import { textTable } from "leukogram/report/text/textTable";

const FOLDERS = ["pbc", "pbc-more", "chula", "jtsc"];

function row(names: readonly [string, string], cells: readonly CellSizes[], redCell: number | undefined): string[] {
  const nuclei = Float64Array.from(cells.flatMap(({ nucleus }) => nucleus?.diameter ?? [])).sort();
  const red = Float64Array.from(cells.flatMap(({ redCells }) => redCells)).sort();
  const [low, median, high] = [0.25, 0.5, 0.75].map((p) => quantile(nuclei, p)) as [number, number, number];
  return [
    ...names,
    `${nuclei.length} of ${cells.length}`,
    `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
    (high / low).toFixed(2),
    red.length < FEWEST_RED_CELLS ? `${red.length}` : `${red.length}: ${quantile(red, 0.5).toFixed(1)}`,
    redCell === undefined ? "" : (median / redCell).toFixed(2),
  ];
}

const [root, count = "60"] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: nucleusRatio.ts DATA [pictures a class]");
const rows: string[][] = [];
for (const laboratory of FOLDERS) {
  const paths = walkImages(join(root, laboratory));
  const classOf = (path: string) => basename(dirname(path));
  const cells = new Map<string, CellSizes[]>();
  for (const name of [...new Set(paths.map(classOf))].sort(compareCodePoints)) {
    const own = paths.filter((path) => classOf(path) === name);
    const measured: CellSizes[] = [];
    for (const path of spread(own, Number(count))) measured.push(cellSizes(await decodeImage(path)));
    cells.set(name, measured);
  }
  const all = [...cells.values()].flat();
  const red = Float64Array.from(all.flatMap(({ redCells }) => redCells)).sort();
  const width = red.length < 20 ? undefined : quantile(red, 0.5);
  rows.push(...[...cells].map(([name, own]) => row([laboratory, name], own, width)));
  rows.push(row([laboratory, "all classes alike"], all, width));
}
const head = [
  "Folder",
  "Class",
  "nuclei found",
  "diameter, pixels (middle half)",
  "spread",
  "red cells: width",
  "ratio",
];
process.stdout.write(`${textTable([head, ...rows])}\n`);
