// The process behind an Engine: opens models, looks at images, and answers; ends when the server is gone.
import { setPriority } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { openRun } from "leukogram/adaptation/openRun";
import { coloursOf } from "leukogram/data/microscopy/measures";
import { scaleOfFiles } from "leukogram/data/scale/laboratoryScales";
import { type Classifier, loadClassifier } from "leukogram/evaluation/classifier";
import { type Classified, classifyFiles } from "leukogram/evaluation/classifyFiles";
import { rejectThreshold } from "leukogram/review/answer";
import { answerTensors } from "./answerTensors.ts";
import type {
  Answer,
  EngineJobs,
  EngineReply,
  EngineRequest,
  EngineSettings,
  Failure,
  JobKind,
  NamedFile,
} from "./engineJobs.ts";
import { FeatureReader } from "./featureReader.ts";
import { OpenOnes } from "./openOnes.ts";
import { Painter } from "./painter.ts";

/** Models that are kept open, of each kind of work. */
const MOST = 3;

function serve({ session, nice }: EngineSettings): void {
  if (nice > 0) setPriority(nice);
  const classifiers = new OpenOnes(MOST, (model) => loadClassifier(model, session));
  const painters = new OpenOnes(MOST, async (model) => new Painter(await openRun(model), session));
  const readers = new OpenOnes(MOST, async (model) => new FeatureReader(await openRun(model), session));
  const handlers: { [K in JobKind]: (job: EngineJobs[K][0]) => Promise<EngineJobs[K][1]> } = {
    facts: ({ model }) =>
      classifiers.use(model, async ({ classes, imageSize, cropRedCells, home }) => ({
        classes,
        imageSize,
        crops: cropRedCells !== undefined,
        ...rejectThreshold(home),
      })),
    classify: ({ model, files }) => classifiers.use(model, (classifier) => classify(classifier, files)),
    measure: ({ files }) => scaleOfFiles(files.map(({ path }) => path)),
    tensors: ({ model, ...job }) => classifiers.use(model, (classifier) => answerTensors(classifier, job)),
    features: ({ model, files }) => readers.use(model, (reader) => reader.read(files)),
    explain: ({ model, file, target }) => painters.use(model, (painter) => painter.paint(file, target)),
  };
  process.on("message", ({ id, kind, job }: EngineRequest) => {
    (handlers[kind] as (job: unknown) => Promise<unknown>)(job).then(
      (answer) => reply({ id, answer }),
      (error) => reply({ id, failure: failureOf(error) }),
    );
  });
  process.on("disconnect", () => process.exit());
}

async function classify(classifier: Classifier, files: readonly NamedFile[]): Promise<EngineJobs["classify"][1]> {
  const answers: EngineJobs["classify"][1][number][] = [];
  const paths = files.map(({ path }) => path);
  // Names by place: one file may be there twice.
  const options = {
    batchSize: files.length,
    nameOf: (i: number) => files[i]!.name,
    redCellOf: (i: number) => files[i]!.redCell,
  };
  for await (const { probabilities, familiarity, looks, crop, error } of classifyFiles(classifier, paths, options)) {
    const cut = crop && { outside: crop.outside, nucleus: crop.nucleus !== undefined };
    answers.push({ probabilities, familiarity, crop: cut, measures: measuresOf(looks, crop), error: error?.reason });
  }
  return answers;
}

// In the order of MEASURES of store/figures.ts.
function measuresOf(looks: Classified["looks"], crop: Classified["crop"]): Answer["measures"] {
  if (looks === undefined) return undefined;
  const { background, cast, stain, hue } = coloursOf(looks);
  return [background, cast, stain, hue, crop?.nucleus?.diameter ?? null];
}

function reply(message: EngineReply): void {
  // A server that is gone needs no answer, nor one that goes meanwhile.
  if (process.connected) process.send!(message, () => {});
}

function failureOf(error: unknown): Failure {
  if (error instanceof LeukogramError) return { code: error.code, reason: error.reason, hint: error.hint };
  return { code: "ERR_RUNTIME", reason: (error as Error).message, hint: undefined };
}

serve(JSON.parse(process.argv[2]!) as EngineSettings);
