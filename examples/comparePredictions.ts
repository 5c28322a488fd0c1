/**
 * Compares what two models said of the same images. Whoever can write the columns file, label, predicted, group and
 * p_<Class> can be compared, in any language.
 *
 *   npx tsx examples/comparePredictions.ts ours.csv theirs.csv
 */
import { comparePredictions, evaluatePredictions, readPredictionsCsv } from "leukogram";

const paths = process.argv.slice(2);
if (paths.length < 2) throw new Error("usage: comparePredictions.ts ONE.csv OTHER.csv...");

const models = await Promise.all(
  paths.map(async (path) => ({ name: path, predictions: await readPredictionsCsv(path) })),
);
for (const { name, predictions } of models) {
  const { accuracy, macroF1 } = evaluatePredictions(predictions);
  const shown = [accuracy, macroF1].map(({ value, low, high }) =>
    [value, low, high].map((share) => (100 * share).toFixed(1)),
  );
  const [a, f] = shown.map(([value, low, high]) => `${value} % (${low} to ${high})`);
  console.log(`${name}: accuracy ${a}, macro F1 ${f}`);
}
for (const { verdict } of comparePredictions(models)) console.log(verdict);
