/**
 * The table of docs/performance.md: every row is raced in turns in one run, and written to a CSV file.
 *
 *   npm run bench -- --data ../shared/data/pbc [--rows cnn-step,import] [--rounds 7] [--before CHECKOUT]
 *     [--python PYTHON] [--anchors ../shared/anchors] [--cnn cnn_3.h5] [--weights mobilenet_v2.h5] [--runs runs/bench] [--out FILE.csv]
 *
 * Without --python there is no Keras, without --before no earlier build; what can't start is named and left out.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { Command } from "commander";
import { stringify } from "csv-stringify/sync";
import type { Contender, Turn } from "./support/contenders.ts";
import { type Given, ROWS, type Row } from "./support/rows.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A contender's turns in a row, and how they compare. */
interface Result {
  readonly row: string;
  readonly contender: string;
  readonly n: number;
  readonly min: number;
  readonly median: number;
  /** 90th percentile over 10th. */
  readonly spread: number;
  readonly cpu: number | undefined;
  readonly peak: number | undefined;
  /** Ours over this one, medians of what the row compares. */
  readonly ours: number;
}

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
const median = (values: readonly number[]) => at(values, 0.5);

const shownNumber = (value: number | undefined) => value?.toFixed(2) ?? "";

async function startedOf(contenders: readonly Contender[]): Promise<Contender[]> {
  const started: Contender[] = [];
  for (const contender of contenders)
    try {
      await contender.start?.();
      started.push(contender);
    } catch (error) {
      process.stderr.write(`left out: ${(error as Error).message}\n`);
    }
  return started;
}

async function race(row: Row, given: Given, rounds: number): Promise<Result[]> {
  const contenders = await startedOf(row.contenders(given));
  const turns = new Map<Contender, Turn[]>(contenders.map((contender) => [contender, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const [contender, taken] of turns)
        try {
          taken.push(await contender.turn());
        } catch (error) {
          process.stderr.write(`left out: ${(error as Error).message}\n`);
          turns.delete(contender);
        }
  } finally {
    for (const contender of contenders) await contender.close?.();
  }
  const compared = (taken: readonly Turn[]) =>
    median(taken.map(({ milliseconds, cpu }) => (row.byCpu ? (cpu ?? milliseconds) : milliseconds)));
  const known = <T>(values: readonly (T | undefined)[]) => values.filter((value) => value !== undefined);
  const mine = [...turns].find(([{ name }]) => name === "ours");
  return [...turns].map(([{ name }, taken]) => {
    const clock = taken.map(({ milliseconds }) => milliseconds);
    const [cpu, peak] = [known(taken.map((turn) => turn.cpu)), known(taken.map((turn) => turn.peak))];
    return {
      ...{ row: row.name, contender: name, n: taken.length, min: Math.min(...clock), median: median(clock) },
      spread: at(clock, 0.9) / at(clock, 0.1),
      cpu: cpu.length > 0 ? median(cpu) : undefined,
      peak: peak.length > 0 ? Math.max(...peak) : undefined,
      ours: mine === undefined ? Number.NaN : compared(mine[1]) / compared(taken),
    };
  });
}

function versionsOf(python: string | undefined): string {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/onnxruntime-node/package.json"), "utf8"));
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const own = `Leukogram ${commit}, onnxruntime-node ${version}, Node ${process.versions.node}`;
  if (python === undefined) return own;
  const code = "import keras, tensorflow; print(f'Keras {keras.__version__}, TensorFlow {tensorflow.__version__}')";
  return `${own}, ${execFileSync(python, ["-c", code], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()}`;
}

// A model that another row classifies with, trained once.
function makeRuns({ data, runs }: Given, weights: string | undefined): void {
  const out = join(runs, "mobilenetv2");
  if (existsSync(join(out, "model.onnx"))) return;
  const words = ["train", "--data", data, "--model", "mobilenetv2", "--epochs", "1", "--out", out, "--quiet"];
  const program = join(root, "packages/leukogram/bin/leukogram.js");
  execFileSync(process.execPath, [program, ...words, ...(weights === undefined ? [] : ["--weights", weights])], {
    stdio: "inherit",
  });
}

const program = new Command("bench")
  .requiredOption("--data <dir>", "class folders with Train and Test")
  .option("--rows <names>", `of ${ROWS.map(({ name }) => name).join(", ")}`)
  .option("--rounds <number>", "turns of each contender", "7")
  .option("--before <checkout>", "an installed and built checkout of an earlier commit")
  .option("--python <python>", "Python with Keras and TensorFlow")
  .option("--anchors <dir>", "prototypes and PyTorch")
  .option("--cnn <file>", "the notebook's own CNN")
  .option("--weights <file>", "ImageNet weights of MobileNetV2")
  .option("--runs <dir>", "where models that rows need are trained once", "runs/bench")
  .option("--out <file>", "default: bench/results/DATE.csv");
const { rows, rounds, weights, out, ...given } = program.parse().opts();
const wanted: string[] = rows?.split(",") ?? ROWS.map(({ name }) => name);
const unknown = wanted.find((name) => !ROWS.some((row) => row.name === name));
if (unknown !== undefined)
  program.error(`bench: no row "${unknown}"; there are ${ROWS.map(({ name }) => name).join(", ")}`);
if (!existsSync(join(root, "packages/leukogram/dist/program/main.js")))
  program.error("bench: the program is not built. Run npm run build first.");
if (wanted.includes("mobilenetv2-folder")) makeRuns(given as Given, weights);

const [versions, cpu] = [versionsOf(given.python), cpus()[0]!.model];
const machine = { processor: cpu, cores: cpus().length, threads: availableParallelism() };
const results: Result[] = [];
const file = out ?? join(root, "bench/results", `${new Date().toISOString().slice(0, 10)}.csv`);
for (const row of ROWS.filter(({ name }) => wanted.includes(name))) {
  process.stderr.write(`${row.name}: ${row.what}\n`);
  for (const result of await race(row, given as Given, Number(rounds))) {
    results.push(result);
    const shown = [result.min, result.median, result.cpu, result.peak].map((value) => value?.toFixed(1) ?? "");
    const [ours, spread] = [result.ours.toFixed(2), result.spread.toFixed(2)];
    process.stdout.write(`  ${result.contender.padEnd(24)} ${shown.join("  ")}  spread ${spread}  ours/it ${ours}\n`);
  }
  const lines = results.map(({ row: name, contender, n, ...figures }) => ({
    ...{ row: name, contender, n },
    min_ms: shownNumber(figures.min),
    median_ms: shownNumber(figures.median),
    spread: shownNumber(figures.spread),
    cpu_ms: shownNumber(figures.cpu),
    peak_mb: shownNumber(figures.peak),
    ours_over_it: shownNumber(figures.ours),
    ...machine,
    versions,
  }));
  await writeFileWhole(file, stringify(lines, { header: true }));
}
process.stderr.write(`written: ${file}\n`);
