// Classifies beside the page, so that the gallery stays quick. One image after the other, in the order in which they are asked for.
import { chooseScale, loadWebClassifier, rejectThreshold, scaleText, type WebClassifier } from "leukogram/browser";
import type { Answered, Asked } from "./messages.ts";

type Of<K extends Asked["kind"]> = Extract<Asked, { readonly kind: K }>;

let classifier: WebClassifier | undefined;
let last: Promise<void> = Promise.resolve();
// The latest that was asked for: what is older need not be done any more.
let turn = 0;

const say = (answer: Answered) => postMessage(answer);

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  turn = data.turn;
  last = last.then(async () => {
    if (data.kind === "load") await load(data);
    else if (data.turn < turn) return;
    else if (data.kind === "scale") await scale(data);
    else await classify(data);
  });
});

async function load({ bytes, turn }: Of<"load">): Promise<void> {
  try {
    await classifier?.close();
    classifier = await loadWebClassifier(bytes);
    const { classes, cropRedCells, home } = classifier;
    say({
      kind: "loaded",
      turn,
      classes,
      crops: cropRedCells !== undefined,
      threshold: rejectThreshold(home).threshold,
    });
  } catch (error) {
    say({ kind: "failed", turn, message: (error as Error).message });
  }
}

async function scale({ told, files, turn }: Of<"scale">): Promise<void> {
  try {
    const { scale, notes } = await chooseScale(classifier!, files, told);
    const { redCell = null, source = null } = scale ?? {};
    say({ kind: "scaled", turn, scale: { redCell, source, text: scale ? scaleText(scale) : null, notes } });
  } catch (error) {
    // A reader of a page has no use for the code before it.
    say({ kind: "noScale", turn, message: (error as Error).message.replace(/^ERR_\w+ /, "") });
  }
}

async function classify({ id, file, redCell, turn }: Of<"classify">): Promise<void> {
  try {
    const [answer] = await classifier!.classify([file], redCell === null ? {} : { scale: `${redCell}px` });
    const { probabilities, familiarity = null, crop } = answer!;
    const cut = crop === undefined ? null : { outside: crop.outside, nucleus: crop.nucleus !== undefined };
    say({ kind: "classified", turn, id, probabilities, familiarity, crop: cut });
  } catch (error) {
    say({ kind: "bad", turn, id, message: (error as Error).message });
  }
}
