/**
 * Runs the commands that the documents show, on small data under the names that they use: trainings take one epoch of small
 * images. Prints a line for each, and what is not run, with the reason; exits with 1 if one fails.
 *
 *   npx tsx scripts/runDocuments.ts PROGRAM DATA CNN_3 WEIGHTS [WORDS]
 *
 * PROGRAM: bin/leukogram.js of a build. DATA: the folder with pbc, jtsc and chula. CNN_3: cnn_3.h5. WEIGHTS: ImageNet weights of MobileNetV2.
 * WORDS: only commands with these words.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { walkImages } from "leukogram/data/folders/walk";
import { wordsOf } from "./documents/commands.ts";
import { filesBelow, ROOT } from "./documents/root.ts";
import { shellLines } from "./documents/text.ts";

/** What can't be run here, each with the reason. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/ (COMMAND|MODEL|SOURCE|DEST|DIR|RUN|OUT|LAB|LABELLED|NAME|ID|ADDRESS)\b/, "a form, not a command"],
  [/^leukogram (train|adapt|evaluate|predict|compare)$/, "the name of a command"],
  [/^leukogram (serve|user|token|backup|restore|verify)\b/, "of the app; tests/cli/laboratory.test.ts runs them"],
  [/--fetch-weights|^leukogram fetch\b|^leukogram datasets \S+ --fetch/, "downloads"],
  [/--weights (resnet50|model\.safetensors|efficientnet)|--model (resnet50|vitb16)/, "weights that are not at hand"],
  [/resnet\.onnx|mobilenetv4\.onnx/, "a model that is not at hand"],
  [/--mlflow/, "needs a server"],
  [/^leukogram reproduce\b/, "minutes; README's first command, run by hand"],
  [/data\/pbc\/manifest\.csv/, "what a fetch would have made"],
];
/** Makes a training short. */
const SHORT = ["--epochs", "1", "--threads", "1"];
const LIMIT = 240_000;

const [program, data, cnn, weights] = process.argv.slice(2, 6).map((path) => resolve(path));
const words = process.argv[6] ?? "";
if (weights === undefined) throw new Error("usage: npx tsx scripts/runDocuments.ts PROGRAM DATA CNN_3 WEIGHTS");

const place = mkdtempSync(join(tmpdir(), "leukogram-documents-"));
const run = (args: readonly string[]) =>
  spawnSync(process.execPath, [program!, ...args], { cwd: place, encoding: "utf8", timeout: LIMIT });

// A few cells of each class, under every name that the documents give to folders of cells.
function copyCells(from: string, to: string, each: number): void {
  const taken = new Map<string, number>();
  for (const path of walkImages(join(data!, from))) {
    const name = path.split("/").at(-2)!;
    const count = taken.get(name) ?? 0;
    if (count === each) continue;
    taken.set(name, count + 1);
    mkdirSync(join(place, to, name), { recursive: true });
    cpSync(path, join(place, to, name, path.split("/").at(-1)!));
  }
}

function prepare(): void {
  copyCells("pbc/Train", "cells/Train", 12);
  copyCells("pbc/Test", "cells/Test", 5);
  copyCells("pbc/Test", "pbc/Test", 6);
  copyCells("pbc/Train", "pbc/Train", 12);
  copyCells("pbc-more", "pbc-more", 6);
  for (const name of ["jtsc", "new-laboratory", "cells-b", "more-labelled", "labelled"]) copyCells("jtsc", name, 10);
  copyCells("chula", "smear", 50); // 200 cells are counted
  for (const name of ["cells-a", "cells-c", "more-cells", "labelled-cells"]) copyCells("chula", name, 8);
  cpSync(walkImages(join(place, "jtsc"))[0]!, join(place, "cell.jpg"));
  cpSync(cnn!, join(place, "cnn_3.h5"));
  symlinkSync(weights!, join(place, "mobilenet_v2.h5"));
  const small = ["--image-size", "64", ...SHORT];
  const cropped = ["--crop-red-cells", "2.8", ...small];
  const steps: readonly (readonly string[])[] = [
    ["train", "--data", "cells", "--out", "runs/cnn", ...small],
    [
      "train",
      "--data",
      "cells",
      "--out",
      "runs/home",
      "--model",
      "mobilenetv2",
      "--weights",
      "none",
      "--no-frozen",
      ...cropped,
    ],
    [
      "train",
      "--data",
      "cells",
      "--out",
      "runs/mobilenetv2",
      "--model",
      "mobilenetv2",
      "--weights",
      "mobilenet_v2.h5",
      ...small,
    ],
    ["adapt", "mobilenetv2-anylab", "labelled", "--out", "runs/my-lab"],
    ["evaluate", "runs/my-lab", "--data", "jtsc", "--out", "judged"],
  ];
  for (const args of steps) {
    const { status, stderr } = run(args);
    if (status !== 0) throw new Error(`leukogram ${args.join(" ")}: ${stderr}`);
  }
  cpSync(join(place, "runs/cnn"), join(place, "runs/reproduce/cnn-seed0"), { recursive: true });
  cpSync(join(place, "runs/mobilenetv2"), join(place, "runs/reproduce/mobilenetv2-dense-head-seed0"), {
    recursive: true,
  });
  cpSync(join(place, "judged/predictions.csv"), join(place, "predictions.csv"));
  cpSync(join(place, "judged/predictions.csv"), join(place, "labelled-there.csv"));
}

/** Lines of shell that run the program, once each, with where they stand. */
function linesToRun(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (text: string, where: string) => {
    for (const part of text.split(/\s+&&\s+/)) {
      const line = part
        .replace(/\s#.*$/, "")
        .replace(/^npx /, "")
        .trim();
      if (/^leukogram \w/.test(line) && !found.has(line)) found.set(line, where);
    }
  };
  for (const file of ["README.md", ...filesBelow("docs").filter((name) => /^docs\/[\w-]+\.md$/.test(name))])
    for (const line of shellLines(readFileSync(join(ROOT, file), "utf8"))) add(line, file);
  return found;
}

let again = 0;

// What was prepared stays as it is: an output of its name gets another place.
function shortened(args: readonly string[]): readonly string[] {
  const [name] = args;
  const own = name === "train" || name === "crossvalidate" ? SHORT : [];
  const out = args.indexOf("--out") + 1;
  const isTaken = out > 0 && existsSync(join(place, args[out]!)) && !/\.html$/.test(args[out]!);
  const placed = isTaken ? args.with(out, `runs/again-${again++}`) : args;
  const missing = name === "train" && out === 0 ? ["--out", `runs/again-${again++}`] : [];
  return [...placed, ...missing, ...own, ...(name === "convert" ? ["--yes"] : [])];
}

const failed: string[] = [];
try {
  prepare();
  for (const [line, where] of linesToRun()) {
    if (!line.includes(words)) continue;
    const [, reason] = NOT_RUN.find(([pattern]) => pattern.test(line)) ?? [];
    if (reason !== undefined) {
      process.stdout.write(`not run  ${where}: ${line} (${reason})\n`);
      continue;
    }
    const began = performance.now();
    const { status, stderr } = run(shortened(wordsOf(line).slice(1)));
    const isStrict = line.includes("--strict") && status === 1; // what it finds is an answer
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(`${status === 0 || isStrict ? "ran    " : "FAILED "}  ${where}: ${line} (${seconds} s)\n`);
    if (status === 0 || isStrict) continue;
    failed.push(line);
    process.stdout.write(`         ${stderr.trim().split("\n").at(-1)}\n`);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
process.stdout.write(`${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
