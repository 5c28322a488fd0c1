/**
 * The judgement by which presets are chosen: a recipe is trained on the images of some laboratories, and judged on one
 * that it did not learn from.
 *
 *   npx tsx scripts/anylabData.ts ../shared/data runs/data
 *   npx tsx scripts/judgePreset.ts runs/judged/anylab-without-chula --preset anylab --data runs/data/without-chula.csv \
 *     --away chula=runs/data/chula.csv --weights mobilenet_v2.h5 --set maskAbsent=true --set imageSize=96 --set epochs=2
 *
 * Writes the run, predictions/NAME.csv and judged.json, and goes on where it was stopped. `--table DIR...` prints the
 * table of finished judgements, worst laboratory first.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { Command } from "commander";
import { openData } from "leukogram/data/dataset";
import { parseSource } from "leukogram/data/laboratories";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import { answerImages } from "leukogram/evaluation/evaluateModel";
import { writePredictionsCsv } from "leukogram/evaluation/predictionsCsv";
import { readRecipe } from "leukogram/jobs/runs/readRecipe";
import { textTable } from "leukogram/report/text/textTable";
import { runFiles } from "leukogram/run/runFolder";
import { parseRecipe, type Recipe } from "leukogram/training/recipe/recipe";
import { splitByRecipe } from "leukogram/training/recipe/splitByRecipe";
import { trainModel } from "leukogram/training/trainModel";

interface Judged {
  readonly run: string;
  readonly laboratory: string;
  readonly images: number;
  readonly accuracy: number;
  readonly balanced: number;
  readonly byClass: readonly string[];
}

interface Flags {
  readonly preset?: string;
  readonly data?: string;
  readonly away?: readonly string[];
  readonly weights?: string;
  readonly set?: readonly string[];
  readonly table?: boolean;
}

function recipeWith({ preset, set = [] }: Flags): Recipe {
  const values = Object.fromEntries(
    set.map((pair) => {
      const [key = "", text = ""] = pair.split("=");
      const isWord = text === "" || Number.isNaN(Number(text));
      return [key, text === "true" ? true : text === "false" ? false : isWord ? text : Number(text)];
    }),
  );
  return parseRecipe({ ...readRecipe(preset!), threads: 1, ...values });
}

async function train(out: string, flags: Flags): Promise<void> {
  if (existsSync(runFiles(out).model)) return;
  mkdirSync(out, { recursive: true });
  const recipe = recipeWith(flags);
  const opened = openData(flags.data!);
  const { train: samples, validation } = splitByRecipe(opened, recipe);
  await writeFileWhole(runFiles(out).config, `${JSON.stringify({ data: flags.data, recipe }, undefined, 2)}\n`);
  await trainModel({ ...opened.train, samples }, validation, recipe, {
    out,
    weights: flags.weights,
    resume: true,
    onEpoch: ({ epoch, loss, valAccuracy, seconds }) =>
      process.stderr.write(
        `${out}: epoch ${epoch}, loss ${loss.toFixed(3)}, validation ${valAccuracy?.toFixed(4)}, ${seconds.toFixed(0)} s\n`,
      ),
  });
}

async function judge(out: string, away: readonly string[]): Promise<Judged[]> {
  const classifier = await loadClassifier(out, { threads: 1 });
  const judged: Judged[] = [];
  for (const source of away.map(parseSource)) {
    const laboratory = source.laboratory ?? basename(source.path);
    const { train: set } = openData(source.path);
    const { predictions } = await answerImages(classifier, set, set.samples);
    await writePredictionsCsv(runFiles(out).predictionsOf(laboratory), predictions);
    const { accuracy, balancedAccuracy, count, classes, confusionMatrix } = evaluatePredictions(predictions);
    const byClass = classes.map((name, k) => {
      const row = confusionMatrix[k]!;
      return `${name} ${row[k]}/${row.reduce((sum, value) => sum + value, 0)}`;
    });
    judged.push({
      run: basename(out),
      laboratory,
      images: count,
      accuracy: accuracy.value,
      balanced: balancedAccuracy.value,
      byClass,
    });
  }
  await classifier.close();
  return judged;
}

function table(folders: readonly string[]): string {
  const all = folders.flatMap((out) => JSON.parse(readFileSync(runFiles(out).judged, "utf8")) as Judged[]);
  const percent = (value: number) => (100 * value).toFixed(1);
  const rows = all
    .sort((a, b) => a.accuracy - b.accuracy)
    .map(({ run, laboratory, images, accuracy, balanced, byClass }) => [
      run,
      laboratory,
      String(images),
      percent(accuracy),
      percent(balanced),
      byClass.join(", "),
    ]);
  return textTable([["run", "laboratory", "images", "accuracy, %", "balanced, %", "right by class"], ...rows]);
}

const collect = (text: string, earlier: readonly string[] = []) => [...earlier, text];
const program = new Command("judgePreset")
  .argument("<out...>", "run folder; with --table those of finished judgements")
  .option("--preset <name|file>", "the recipe", "anylab")
  .option("--data <manifest>", "the images to learn from")
  .option("--away <name=data>", "a laboratory to judge by; may be given several times", collect)
  .option("--weights <file>", "ImageNet weights")
  .option("--set <key=value>", "a setting of the recipe to change; may be given several times", collect)
  .option("--table", "print the table of finished judgements")
  .parse();
const flags = program.opts<Flags>();
const [out = ""] = program.args;
if (!flags.table) {
  await train(out, flags);
  await writeFileWhole(runFiles(out).judged, `${JSON.stringify(await judge(out, flags.away ?? []), undefined, 2)}\n`);
}
process.stdout.write(`${table(flags.table ? program.args : [out])}\n`);
