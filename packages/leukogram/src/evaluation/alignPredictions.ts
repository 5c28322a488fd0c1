import { LeukogramError } from "@leukogram/engine/core/errors";
import { predictedClass, requirePredictions } from "./checkPredictions.ts";
import { type KnownPrediction, knownRows } from "./evaluate.ts";
import type { Prediction, Predictions } from "./types.ts";

/** Predictions with the name of the model that made them. */
export interface NamedPredictions {
  readonly name: string;
  readonly predictions: Predictions;
}

/** What several models say of the same images of known class, image by image. */
export interface AlignedPredictions {
  readonly numClasses: number;
  /** True classes, `[N]`. */
  readonly labels: Int32Array;
  /** Original, patient or slide of each image, `[N]`. */
  readonly groups: readonly string[];
  /** Predicted classes of each model, `[M][N]`, as indices into the classes of the first. */
  readonly predicted: readonly Int32Array[];
}

/**
 * Matches the images of several models by file, and their classes by name.
 *
 * @throws LeukogramError ERR_USAGE for fewer than two models or a name given twice, ERR_DATA if classes, images,
 *   labels or groups differ, saying how many and giving an example.
 */
export function alignPredictions(models: readonly NamedPredictions[]): AlignedPredictions {
  requireNames(models);
  const [first, ...others] = models as readonly [NamedPredictions, ...NamedPredictions[]];
  for (const { name, predictions } of models) requirePredictions(name, predictions);
  const { classes } = first.predictions;
  const byFile = others.map((other) => matchToFirst(first, other));
  const groups = new Map(first.predictions.rows.map((row) => [row.file, row.group]));
  for (const [m, other] of others.entries()) mergeGroups(groups, byFile[m]!, [first.name, other.name]);
  const rows = knownRows(first.predictions);
  const predictedBy = others.map(({ predictions }, m) => {
    const place = predictions.classes.map((name) => classes.indexOf(name));
    return Int32Array.from(rows, (row) => place[predictedClass(byFile[m]!.get(row.file)!)]!);
  });
  return {
    numClasses: classes.length,
    labels: Int32Array.from(rows, (row: KnownPrediction) => row.label),
    groups: rows.map((row) => groups.get(row.file)!),
    predicted: [Int32Array.from(rows, predictedClass), ...predictedBy],
  };
}

function requireNames(models: readonly NamedPredictions[]): void {
  if (models.length < 2) {
    throw new LeukogramError("ERR_USAGE", `compare: expected two models or more, received ${models.length}`);
  }
  const names = models.map((model) => model.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new LeukogramError("ERR_USAGE", `compare: ${twice} is given twice`, {
    hint: "Give each model a different name.",
  });
}

function matchToFirst(first: NamedPredictions, other: NamedPredictions): Map<string, Prediction> {
  const [mine, theirs] = [first.predictions, other.predictions];
  if ([...mine.classes].sort().join("\n") !== [...theirs.classes].sort().join("\n")) {
    const received = `${first.name} has ${mine.classes.join(", ")}; ${other.name} has ${theirs.classes.join(", ")}`;
    refuse(`different classes: ${received}`, "Compare models with the same classes.");
  }
  const byFile = new Map(theirs.rows.map((row) => [row.file, row]));
  const files = new Set(mine.rows.map((row) => row.file));
  const missing = mine.rows.filter((row) => !byFile.has(row.file));
  const extra = theirs.rows.filter((row) => !files.has(row.file));
  if (missing.length + extra.length > 0) {
    const sides = [
      missing.length > 0 ? `${missing.length} only in ${first.name}, such as ${missing[0]!.file}` : "",
      extra.length > 0 ? `${extra.length} only in ${other.name}, such as ${extra[0]!.file}` : "",
    ];
    const hint = "Evaluate both models on the same folder.";
    refuse(`different images: ${sides.filter((side) => side !== "").join("; ")}`, hint);
  }
  const labelOf = ({ classes }: Predictions, row: Prediction) =>
    row.label === undefined ? "unknown" : classes[row.label]!;
  const relabelled = mine.rows.filter((row) => labelOf(mine, row) !== labelOf(theirs, byFile.get(row.file)!));
  if (relabelled.length > 0) {
    const { file } = relabelled[0]!;
    const both = `${labelOf(mine, relabelled[0]!)} in ${first.name} and ${labelOf(theirs, byFile.get(file)!)} in ${other.name}`;
    refuse(
      `different labels for ${relabelled.length} images, such as ${file}: ${both}`,
      "Make the labels consistent first.",
    );
  }
  return byFile;
}

// A writer who knows no groups makes each image its own, which contradicts nobody.
function mergeGroups(
  groups: Map<string, string>,
  theirs: ReadonlyMap<string, Prediction>,
  [first, other]: readonly [string, string],
): void {
  const differing: string[] = [];
  for (const [file, { group }] of theirs) {
    const held = groups.get(file)!;
    if (held === file) groups.set(file, group);
    else if (group !== file && group !== held) differing.push(file);
  }
  if (differing.length === 0) return;
  const file = differing[0]!;
  const both = `${groups.get(file)} in ${first} and ${theirs.get(file)!.group} in ${other}`;
  refuse(
    `different groups for ${differing.length} images, such as ${file}: ${both}`,
    "Make the column group consistent first.",
  );
}

function refuse(problem: string, hint: string): never {
  throw new LeukogramError("ERR_DATA", `compare: ${problem}`, { hint });
}
