// A page that tells white blood cells apart, shows where the model looked, and learns other names for them.
import { LeukogramError } from "leukogram/browser";
import { Cell } from "./cell.ts";
import { type OpenModel, openModel, trainNames } from "./model.ts";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [status, progress] = [element("status"), element("progress")];
const [files, models] = [element<HTMLInputElement>("files"), element<HTMLSelectElement>("model")];
const [drop, train, save] = [element("drop"), element<HTMLButtonElement>("train"), element<HTMLAnchorElement>("save")];
const cells: Cell[] = [];
let model: OpenModel | undefined;

/** Does one thing after the other, and says what went wrong. */
let last: Promise<void> = Promise.resolve();
function next(work: () => Promise<void>, where: HTMLElement): void {
  last = last.then(work).catch((error: unknown) => {
    where.textContent = error instanceof LeukogramError ? error.message : String(error);
  });
}

function use(opened: OpenModel): void {
  model = opened;
  element("classes").replaceChildren(...opened.classifier.classes.map((name) => new Option(name)));
  files.disabled = false;
  status.textContent = `Ready: ${opened.classifier.classes.join(", ")}`;
}

async function load(): Promise<void> {
  files.disabled = true;
  status.textContent = "Loading the model";
  const before = model;
  use(await openModel(models.value));
  await before?.close();
  save.hidden = true;
  await showAll();
}

async function showAll(): Promise<void> {
  for (const [i, cell] of cells.entries()) {
    status.textContent = `Classifying${i + 1} of ${cells.length}`;
    await cell.show(model!);
  }
  status.textContent = `Ready: ${model!.classifier.classes.join(", ")}`;
}

async function add(chosen: readonly File[]): Promise<void> {
  for (const [i, file] of chosen.entries()) {
    status.textContent = `Classifying${i + 1} of ${chosen.length}`;
    const cell = new Cell(file, checkNames);
    element("cells").append(cell.element);
    cells.push(cell);
    await cell.show(model!);
  }
  element("key").hidden = element("training").hidden = cells.length === 0;
  status.textContent = `Ready: ${model!.classifier.classes.join(", ")}`;
}

function checkNames(): void {
  const counts = new Map<string, number>();
  for (const { name } of cells) if (name !== "") counts.set(name, (counts.get(name) ?? 0) + 1);
  train.disabled = counts.size < 2 || [...counts.values()].some((count) => count < 2);
}

async function learn(): Promise<void> {
  train.disabled = true;
  const named = cells.filter(({ name, file }) => name !== "" && file !== undefined);
  const before = model!;
  const { opened, bytes } = await trainNames(before, named, (text) => {
    progress.textContent = text;
  });
  URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(new Blob([bytes as BlobPart]));
  save.hidden = false;
  use(opened);
  await before.close();
  await showAll();
  checkNames();
}

drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const dropped = [...(event.dataTransfer?.files ?? [])];
  if (model !== undefined) next(() => add(dropped), status);
});
files.addEventListener("change", () => {
  const chosen = [...(files.files ?? [])];
  files.value = "";
  next(() => add(chosen), status);
});
models.addEventListener("change", () => next(load, status));
train.addEventListener("click", () => next(learn, progress));
next(load, status);
