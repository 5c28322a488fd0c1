import { CELL_TYPES } from "leukogram/cells/classes";
import { takingPictures } from "leukogram/evaluation/classifier";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import {
  knownRollUp,
  rollUpClassifier,
  rollUpDataset,
  rollUpPredictions,
  typesToJudge,
} from "leukogram/evaluation/rollUp";
import { NOT_OF_FIVE } from "leukogram/review/rollUp";
import { describe, expect, test } from "vitest";

const MANY = ["BandNeutrophil", "Basophil", "Erythroblast", "Myelocyte", "SegmentedNeutrophil"];

describe("knownRollUp", () => {
  test("adds up what counts as one, and keeps the five as they are", () => {
    expect(knownRollUp(MANY)).toEqual({ classes: ["Basophil", "Neutrophil", NOT_OF_FIVE], places: [1, 0, 2, 2, 1] });
    expect(knownRollUp(CELL_TYPES)).toEqual({ classes: CELL_TYPES, places: [0, 1, 2, 3, 4] });
  });

  test("refuses a class of which nothing is known", () => {
    expect(() => knownRollUp(["Basophil", "Blast"])).toThrow(
      'ERR_DATA types: nothing is known of class "Blast", so it can\'t count as one of five. Use --types all.',
    );
  });
});

test("an answer that is none of the five counts as wrong, and is not spread over them", () => {
  const predictions = rollUpPredictions({
    classes: MANY,
    rows: [
      { file: "a", group: "a", label: 4, probabilities: [0.3, 0.4, 0, 0, 0.3], predicted: 1 },
      { file: "b", group: "b", label: 1, probabilities: [0, 0.4, 0.3, 0.3, 0], predicted: 1, familiarity: 0.5 },
      { file: "c", group: "c", label: undefined, probabilities: [0, 0, 0, 1, 0] },
    ],
  });
  expect(predictions.rows).toEqual([
    { file: "a", group: "a", label: 1, probabilities: [0.4, 0.6, 0] },
    { file: "b", group: "b", label: 0, probabilities: [0.4, 0, 0.6], familiarity: 0.5 },
    { file: "c", group: "c", label: undefined, probabilities: [0, 0, 1] },
  ]);
  expect(evaluatePredictions(predictions, { resamples: 10 }).accuracy.value).toBe(0.5);
});

test("a classifier answers in the five, image by image", async () => {
  const facts = {
    imageSize: [1, 1],
    cropRedCells: undefined,
    scale: undefined,
    isSquare: false,
    jpegDct: "accurate",
    parameters: 1,
    model: "x",
  } as const;
  const classifier = takingPictures({
    ...{ ...facts, path: "x", id: "x", fileBytes: 1, classes: MANY, home: { looks: [], temperature: undefined } },
    probabilities: async () => Float32Array.from([0.5, 0, 0.25, 0, 0.25, 0, 1, 0, 0, 0]),
    close: async () => {},
  });
  const rolled = rollUpClassifier(classifier);
  expect(rolled.classes).toEqual(["Basophil", "Neutrophil", NOT_OF_FIVE]);
  expect([...(await rolled.probabilities(new Uint8Array(6), 2))]).toEqual([0, 0.75, 0.25, 1, 0, 0]);
});

test("labels of a set are counted as the five", () => {
  const sample = (label: number) => ({ file: `${label}`, path: `/${label}`, group: `${label}`, label });
  const { classes, samples } = rollUpDataset({ root: "/", classes: MANY, samples: [0, 1, 2, 4].map(sample) });
  expect(samples.map(({ label }) => classes[label])).toEqual(["Neutrophil", "Basophil", NOT_OF_FIVE, "Neutrophil"]);
});

describe("typesToJudge", () => {
  test("judges in all types where both know the same, and in the five where one knows more", () => {
    expect(typesToJudge(MANY, MANY, undefined)).toEqual({ types: "all", said: undefined });
    expect(typesToJudge(CELL_TYPES, ["Basophil", "Monocyte"], undefined)).toEqual({ types: "all", said: undefined });
    expect(typesToJudge(["a", "b"], ["a", "c"], undefined).types).toBe("all");
    expect(typesToJudge(MANY, ["Basophil", "Neutrophil"], undefined)).toEqual({
      types: "five",
      said: "The labels do not use all types the model knows: predictions are mapped to the five (--types five), and other types to NotOneOfFive.",
    });
    // Without a neutrophil the folder is still one of the five.
    expect(typesToJudge(MANY, ["Basophil"], undefined).types).toBe("five");
    expect(typesToJudge(CELL_TYPES, ["BandNeutrophil", "Basophil"], undefined)).toEqual({
      types: "five",
      said: "The model knows five types: labels are mapped to these (--types five), BandNeutrophil as Neutrophil.",
    });
  });

  test("does as it is told", () => {
    expect(typesToJudge(MANY, MANY, "five")).toEqual({ types: "five", said: undefined });
    expect(typesToJudge(MANY, CELL_TYPES, "all")).toEqual({ types: "all", said: undefined });
  });

  test("refuses labels for which the model has no answer, by name", () => {
    for (const wanted of [undefined, "five"] as const)
      expect(() => typesToJudge(CELL_TYPES, [...CELL_TYPES, "Erythroblast", "Platelet"], wanted)).toThrow(
        "ERR_DATA the model can't predict Erythroblast, Platelet: it knows only Basophil, Eosinophil, Lymphocyte, Monocyte, Neutrophil. Remove those folders",
      );
  });
});
