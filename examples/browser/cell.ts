import { type ExplainedPicture, LeukogramError } from "leukogram/browser";
import type { OpenModel } from "./model.ts";

/** Pictures of which fewer of the model's own are as strange as this are called unlike them. */
const UNFAMILIAR = 0.01;

/** A picture with what the model says of it, and the name that its reader gives it. */
export class Cell {
  readonly file: File;
  readonly element = document.createElement("li");
  readonly #answer = document.createElement("div");
  readonly #name = document.createElement("input");

  constructor(file: File, onName: () => void) {
    this.file = file;
    this.element.className = "cell";
    this.#name.type = "text";
    this.#name.setAttribute("list", "classes");
    this.#name.addEventListener("input", onName);
    const label = made("label", "name", "Name");
    label.append(this.#name);
    this.element.append(this.#answer, label);
  }

  /** What the reader calls it; empty where it has no name. */
  get name(): string {
    return this.#name.value.trim();
  }

  /** Asks the model, and shows what it says. */
  async show({ classifier, explainer }: OpenModel): Promise<void> {
    const file = made("p", "file", this.file.name);
    try {
      const [answer] = await classifier.classify([this.file]);
      const explained = await explainer.explain(this.file, { target: classifier.classes.indexOf(answer!.label) });
      const isStrange = answer!.familiarity !== undefined && answer!.familiarity < UNFAMILIAR;
      this.#answer.replaceChildren(
        pictures(explained),
        made("p", "label", answer!.label),
        file,
        ...(isStrange ? [made("p", "warning", "Unlike the pictures that the model was trained on.")] : []),
        bars(classifier.classes, answer!.probabilities),
      );
    } catch (error) {
      if (!(error instanceof LeukogramError)) throw error;
      this.#answer.replaceChildren(file, made("p", "warning", error.message));
    }
  }
}

function made(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function bars(classes: readonly string[], probabilities: readonly number[]): HTMLElement {
  const table = made("div", "bars");
  for (const [i, name] of classes.entries()) {
    const bar = made("div", "");
    const filled = made("div", "");
    filled.style.width = `${100 * probabilities[i]!}%`;
    bar.append(filled);
    table.append(made("span", "", name), bar, made("span", "share", `${(100 * probabilities[i]!).toFixed(1)} %`));
  }
  return table;
}

/** The picture as the model took it, and the same in grey with what spoke for the class in yellow. */
function pictures({ seen, map }: ExplainedPicture): HTMLElement {
  const both = made("div", "pictures");
  const picture = canvasOf(seen.width, seen.height, (i) => [...seen.data.subarray(3 * i, 3 * i + 3), 255]);
  picture.title = "As the model saw it";
  const most = map.data.reduce((a, b) => Math.max(a, b), 1e-12);
  const heat = canvasOf(map.width, map.height, (i) => [255, 196, 0, (190 * map.data[i]!) / most]);
  const overlay = document.createElement("canvas");
  [overlay.width, overlay.height] = [seen.width, seen.height];
  overlay.title = "Grad-CAM: yellow spoke for this class";
  const context = overlay.getContext("2d")!;
  context.filter = "grayscale(1)";
  context.drawImage(picture, 0, 0);
  context.filter = "none";
  context.imageSmoothingQuality = "high";
  context.drawImage(heat, 0, 0, seen.width, seen.height);
  both.append(picture, overlay);
  return both;
}

function canvasOf(width: number, height: number, colour: (i: number) => readonly number[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) pixels.data.set(colour(i), 4 * i);
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return canvas;
}
