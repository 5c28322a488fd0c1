// Classifies beside the page, so that the gallery stays quick. One image after the other, in the order in which they are asked for.
import { chooseScale, loadWebClassifier, readPicture, rejectThreshold, type WebClassifier } from "leukogram/browser";
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
    say({ kind: "scaled", turn, scale: { redCell, source, scale: scale ?? null, notes } });
  } catch (error) {
    say({ kind: "noScale", turn, message: wordsOf(error) });
  }
}

async function classify({ id, file, redCell, turn }: Of<"classify">): Promise<void> {
  try {
    const [answer] = await classifier!.classify([file], redCell === null ? {} : { scale: `${redCell}px` });
    const { probabilities, familiarity = null, crop } = answer!;
    const cut = crop === undefined ? null : { outside: crop.outside, nucleus: crop.nucleus !== undefined };
    const shown = await shownPicture(file);
    say({ kind: "classified", turn, id, probabilities, familiarity, crop: cut, ...(shown && { shown }) });
  } catch (error) {
    say({ kind: "bad", turn, id, message: wordsOf(error) });
  }
}

// A reader of a page has no use for the code before it.
const wordsOf = (error: unknown) => (error as Error).message.replace(/^ERR_\w+ /, "");

// A TIFF file, which browsers do not show, as PNG.
async function shownPicture(file: Blob): Promise<Blob | undefined> {
  if (!(file instanceof File && /\.tiff?$/i.test(file.name))) return undefined;
  const { data, width, height } = await readPicture(file);
  const pixels = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels.data.set(data.subarray(from, from + 3), to);
    pixels.data[to + 3] = 255;
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return await canvas.convertToBlob();
}
