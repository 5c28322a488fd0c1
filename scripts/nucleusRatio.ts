/**
 * Prints how wide nuclei are by class and laboratory, as docs/scale.md has it:
 *
 *   npx tsx scripts/nucleusRatio.ts ../shared/data [pictures a class]
 *
 * Widths of red cells are those of the folders' READMEs, but jtsc's, which has none: there the column of red cells is
 * left empty, as the measurement would only say what it was fed.
 */
import { basename, dirname, join } from "node:path";
import { spread } from "../src/core/spread.ts";
import { decodeImage } from "../src/data/image.ts";
import { findNucleus } from "../src/data/microscopy/nucleus.ts";
import { compareCodePoints, walkImages } from "../src/data/walk.ts";
import { quantile } from "../src/metrics/quantile.ts";
import { textTable } from "../src/report/textTable.ts";

/** Width of a red cell by folder, pixels; undefined where nobody measured it. */
const RED_CELLS: Readonly<Record<string, number | undefined>> = { pbc: 79, "pbc-more": 79, chula: 72, jtsc: undefined };

interface Group {
  readonly looked: number;
  readonly diameters: Float64Array;
}

async function measure(paths: readonly string[]): Promise<Group> {
  const diameters: number[] = [];
  for (const path of paths) {
    const nucleus = findNucleus(await decodeImage(path));
    if (nucleus !== undefined) diameters.push(nucleus.diameter);
  }
  return { looked: paths.length, diameters: Float64Array.from(diameters).sort() };
}

function row(names: readonly [string, string], { looked, diameters }: Group, redCell: number | undefined): string[] {
  const [low, median, high] = [0.25, 0.5, 0.75].map((p) => quantile(diameters, p)) as [number, number, number];
  return [
    ...names,
    `${diameters.length} of ${looked}`,
    `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
    (high / low).toFixed(2),
    redCell === undefined ? "" : (median / redCell).toFixed(2),
  ];
}

const [root, count = "60"] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: nucleusRatio.ts DATA [pictures a class]");
const rows: string[][] = [];
for (const [laboratory, redCell] of Object.entries(RED_CELLS)) {
  const paths = walkImages(join(root, laboratory));
  const classOf = (path: string) => basename(dirname(path));
  const all: number[] = [];
  let looked = 0;
  for (const name of [...new Set(paths.map(classOf))].sort(compareCodePoints)) {
    const group = await measure(
      spread(
        paths.filter((path) => classOf(path) === name),
        Number(count),
      ),
    );
    if (group.diameters.length > 0) rows.push(row([laboratory, name], group, redCell));
    all.push(...group.diameters);
    looked += group.looked;
  }
  rows.push(row([laboratory, "all classes alike"], { looked, diameters: Float64Array.from(all).sort() }, redCell));
}
const head = ["Folder", "Class", "nuclei found", "diameter, pixels (middle half)", "spread", "red cells"];
process.stdout.write(`${textTable([head, ...rows])}\n`);
