import {
  adam,
  fetchBytes,
  loadWebClassifier,
  type Model,
  type ModelFacts,
  modelBytes,
  newHead,
  openExplainer,
  openFeatures,
  readKerasModel,
  trainHead,
  type WebClassifier,
  type WebExplainer,
  WebStepRunner,
} from "leukogram/browser";

/** A model that answers, explains and can be given another head. */
export interface OpenModel {
  readonly model: Model;
  readonly classifier: WebClassifier;
  readonly explainer: WebExplainer;
  close(): Promise<void>;
}

/** Loads model.onnx, which answers, and model.keras, which has the layers; after that nothing more is fetched. */
export async function openModel(name: string): Promise<OpenModel> {
  const onnx = await fetchBytes(`./${name}.onnx`);
  const { model } = await readKerasModel(await fetchBytes(`./${name}.keras`), `${name}.keras`);
  return opened(model, await loadWebClassifier(onnx));
}

async function opened(model: Model, classifier: WebClassifier): Promise<OpenModel> {
  const explainer = await openExplainer(model, classifier);
  return {
    model,
    classifier,
    explainer,
    async close() {
      await explainer.close();
      await classifier.close();
    },
  };
}

/** A picture and what its reader calls it. */
interface Named {
  readonly file: File;
  readonly name: string;
}

/** Trains a new last layer for the readers' names, and gives the model with it, open and as a file. */
export async function trainNames(
  { model, classifier }: OpenModel,
  named: readonly Named[],
  say: (text: string) => void,
) {
  const classes = [...new Set(named.map(({ name }) => name))].sort();
  const data = {
    features: await featuresOf(model, classifier, { named, say }),
    labels: named.map(({ name }) => classes.indexOf(name)),
  };
  const changed = newHead(model, { classes: classes.length });
  const runner = new WebStepRunner(changed.head, { optimizer: adam(), inputType: "float32" });
  await trainHead(data, {
    runner,
    classes: classes.length,
    epochs: 20,
    batchSize: 8,
    learningRate: 0.01,
    balance: "sampling",
    onEpoch: ({ epoch, loss, accuracy }) =>
      say(
        `Epoch ${epoch} of 20: loss ${loss.toFixed(3)}, ${Math.round(100 * accuracy)} % of the training pictures right`,
      ),
  });
  await runner.release();
  const bytes = modelBytes(changed.model, { facts: classifier, classes });
  return { bytes, opened: await opened(changed.model, await loadWebClassifier(bytes)) };
}

async function featuresOf(
  model: Model,
  facts: ModelFacts,
  { named, say }: { readonly named: readonly Named[]; readonly say: (text: string) => void },
): Promise<Float32Array> {
  const extractor = await openFeatures(model, facts);
  const features = await extractor.extract(
    named.map(({ file }) => file),
    { batchSize: 4, onProgress: (done, total) => say(`Features of ${done} of ${total} pictures`) },
  );
  await extractor.close();
  return features;
}
