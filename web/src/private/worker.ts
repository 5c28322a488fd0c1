// Classifies beside the page, so that the gallery stays quick. One image after the other, in the order in which they are asked for.
import { loadClassifier, type WebClassifier } from "../../../src/browser.ts";
import type { Answered, Asked } from "./messages.ts";

let classifier: WebClassifier | undefined;
let turn: Promise<void> = Promise.resolve();

const say = (answer: Answered) => postMessage(answer);

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  turn = turn.then(() => (data.kind === "load" ? load(data.bytes) : classify(data.id, data.file)));
});

async function load(bytes: Uint8Array): Promise<void> {
  try {
    await classifier?.close();
    classifier = await loadClassifier(bytes);
    say({ kind: "loaded", classes: classifier.classes });
  } catch (error) {
    say({ kind: "failed", message: (error as Error).message });
  }
}

async function classify(id: string, file: Blob): Promise<void> {
  try {
    const [answer] = await classifier!.classify([file]);
    const { probabilities, label, familiarity } = answer!;
    say({ kind: "classified", id, probabilities, label, familiarity: familiarity ?? null });
  } catch (error) {
    say({ kind: "bad", id, message: (error as Error).message });
  }
}
