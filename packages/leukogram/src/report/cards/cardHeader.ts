import type { Estimate } from "@leukogram/engine/core/estimate";
import { stringify } from "yaml";

/** Figures of a model on one set, for a card's header. */
export interface HeaderSet {
  /** Name of the images. */
  readonly data: string;
  readonly accuracy: Estimate;
  readonly balancedAccuracy: Estimate;
  readonly macroF1: Estimate;
}

/** What a {@link cardHeader} is made of. */
export interface CardHeaderInput {
  readonly name: string;
  /** SPDX identifier; undefined if it is not known. */
  readonly licence?: string | undefined;
  readonly sets: readonly HeaderSet[];
}

const METRICS = [
  ["accuracy", "Accuracy", "accuracy"],
  ["balanced_accuracy", "Balanced accuracy", "balancedAccuracy"],
  ["f1", "Macro F1", "macroF1"],
] as const;

/** The YAML header of a model card with the `model-index` of Hugging Face: figures that other programs can read. */
export function cardHeader({ name, licence, sets }: CardHeaderInput): string {
  const header = {
    ...(licence !== undefined && { license: licence.toLowerCase() }),
    library_name: "onnx",
    pipeline_tag: "image-classification",
    tags: ["white-blood-cells", "hematology", "onnx", "leukogram"],
    "model-index": [
      {
        name,
        results: sets.map(({ data, ...figures }) => ({
          task: { type: "image-classification", name: "Image classification" },
          dataset: { name: data, type: slug(data) },
          metrics: METRICS.map(([type, title, key]) => ({
            type,
            name: title,
            value: round(figures[key].value),
            args: { confidence_interval_95: [round(figures[key].low), round(figures[key].high)] },
          })),
        })),
      },
    ],
  };
  return `---\n${stringify(header, { lineWidth: 0 })}---`;
}

const round = (value: number) => Number(value.toFixed(4));
const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "images";
