/**
 * What the commands do, as functions: audits a folder of labelled images, trains a small model on it, cross-validates its recipe,
 * converts the model, adapts it to other images, and counts cells. Says where each stage is on stderr.
 *
 *   npx tsx examples/jobs.ts CELLS OUT [EPOCHS]
 */
import { join } from "node:path";
import {
  adaptJob,
  auditJob,
  compareJob,
  convertJob,
  crossValidateJob,
  differentialJob,
  type JobEvent,
  lineOfEvent,
  parseRecipe,
  trainJob,
} from "leukogram";

const [cells, out, epochs = "20"] = process.argv.slice(2);
if (cells === undefined || out === undefined) throw new Error("usage: jobs.ts CELLS OUT [EPOCHS]");

// Ctrl-C stops the job at hand after its step.
const controller = new AbortController();
process.once("SIGINT", () => controller.abort());
const shared = {
  signal: controller.signal,
  onProgress: (event: JobEvent) => {
    const line = lineOfEvent(event);
    if (line !== undefined) console.error(line);
  },
};

const { findings } = await auditJob({ data: cells, out: join(out, "audit.html"), ...shared });
console.log(`audit: ${findings.filter(({ severity }) => severity === "fault").length} faults`);

const recipe = parseRecipe({ model: "cnn", imageSize: 32, epochs: Number(epochs), threads: 1 });
const model = join(out, "cnn");
const trained = await trainJob({ data: cells, out: model, recipe, ...shared });
console.log(`train: judged on ${trained.evaluation.count} ${trained.judgedOn} images`);

const validated = await crossValidateJob({ data: cells, out: join(out, "cnn-cv"), recipe, folds: 2, ...shared });
console.log(`cross-validate: ${validated.splits.length} splits`);

const { format, checked } = await convertJob({ model, out: join(out, "cnn.keras"), ...shared });
console.log(`convert: ${format}, run on ${checked.pictures} pictures`);

const adapted = await adaptJob({ model, unlabelled: join(cells, "Test"), out: join(out, "adapted"), ...shared });
console.log(`adapt: ${adapted.adaptation.adapted ? "another model" : "the model as it was"}`);

const compared = await compareJob({ models: [model, join(out, "adapted")], data: join(cells, "Test"), ...shared });
console.log(`compare: ${compared.comparisons.length} pair`);

const { report } = await differentialJob({ data: join(cells, "Test"), model, reject: 0, ...shared });
console.log(`differential: ${report.cells} cells`);
