import { join } from "node:path";
import { balanceFolder } from "../data/sampling/balance.ts";
import type { JudgedRun } from "../report/writeRun.ts";
import { readRecipe } from "./runs/readRecipe.ts";

/** What a published mistake did. */
export interface FaultResult {
  readonly name: string;
  /** The model that it spoiled, as it is named where it is done right. */
  readonly base: string;
  readonly explanation: string;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
}

type RunRecipe = (
  name: string,
  folder: string,
  recipe: Readonly<Record<string, unknown>>,
  data: string,
) => Promise<JudgedRun>;

/** Trains once with each mistake of the student project, all else done right (seed 0). */
export async function faultsAsPublished(
  { data, out, pretrained }: { readonly data: string; readonly out: string; readonly pretrained: boolean },
  run: RunRecipe,
): Promise<FaultResult[]> {
  const balanced = join(out, "balanced-by-files");
  await balanceFolder(data, balanced, {
    augmentation: { rotationRange: 15, zoomRange: 0.1, horizontalFlip: true, verticalFlip: false, fillMode: "nearest" },
  });
  const faults = [
    {
      name: "Split after augmentation",
      base: "CNN",
      explanation:
        "copies of one original are on both sides of the validation split, so validation no longer measures performance on new images.",
      data: balanced,
      recipe: { ...readRecipe("cnn"), split: "leaky", balance: "none" },
    },
    {
      name: "Pixels scaled twice",
      base: "CNN",
      explanation: "the pipeline divides by 255, and the model's own first layer does so again.",
      data,
      recipe: { ...readRecipe("cnn"), preprocessing: "twice" },
    },
    {
      name: "MobileNetV2 fed [0, 1]",
      base: "MobileNetV2, dense head",
      explanation: pretrained
        ? "its weights were trained on pixels in [-1, 1]."
        : "pretrained weights are for pixels in [-1, 1]; this model started from random weights, which have no such range.",
      data,
      recipe: { ...readRecipe("mobilenetv2"), preprocessing: "unit" },
    },
  ] as const;
  const results: FaultResult[] = [];
  for (const { name, base, explanation, data: from, recipe } of faults) {
    const folder = `fault-${name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/-$/, "")}`;
    const judged = await run(`As published: ${name}`, folder, recipe, from);
    const [validationAccuracy, testAccuracy] = [judged.validation.accuracy.value, judged.evaluation.accuracy.value];
    results.push({ name, base, explanation, validationAccuracy, testAccuracy });
  }
  return results;
}
