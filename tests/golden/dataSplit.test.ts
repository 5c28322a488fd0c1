import { createHash } from "node:crypto";
import { scanFolder } from "leukogram/data/dataset";
import { splitDataset } from "leukogram/data/sampling/split";
import { expect } from "vitest";
import { shared, sharedJson, testWith } from "../support/shared.ts";

interface Subset {
  readonly count: number;
  readonly first: readonly string[];
  readonly sha256OfNames: string;
}

testWith("golden/directory_split.json", "data/pbc/Train")(
  "lists and splits a folder as image_dataset_from_directory(seed=123, validation_split=0.2)",
  () => {
    const golden = sharedJson<{ training: Subset; validation: Subset; classNames: string[] }>(
      "golden/directory_split.json",
    );
    const dataset = scanFolder(shared("data/pbc/Train"));
    expect(dataset.classes).toEqual(golden.classNames);
    const { train, validation } = splitDataset(dataset, { method: "keras", seed: 123, validationFraction: 0.2 });
    for (const [subset, samples] of [
      [golden.training, train],
      [golden.validation, validation],
    ] as const) {
      const names = samples.map((sample) => sample.file);
      expect(names.length).toBe(subset.count);
      expect(names.slice(0, 40)).toEqual(subset.first);
      expect(createHash("sha256").update(names.join("\n")).digest("hex")).toBe(subset.sha256OfNames);
    }
  },
);
