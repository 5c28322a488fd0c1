import { calledLabel, countedLabel, isSure, modelLabel, readAnswer, rejectThreshold } from "leukogram/review/answer";
import { COUNTED_AS, isReported } from "leukogram/review/labels";
import { rollUpOf } from "leukogram/review/rollUp";
import { describe, expect, test } from "vitest";

const CLASSES = ["BandNeutrophil", "Erythroblast", "Lymphocyte", "Myelocyte", "SegmentedNeutrophil"];

describe("a model's answer", () => {
  test("is sure from the threshold on that the model carries, and from one half if it carries none", () => {
    expect(rejectThreshold({ reject: { threshold: 0.9, error: 0.02 } })).toEqual({ threshold: 0.9, error: 0.02 });
    expect(rejectThreshold().threshold).toBe(0.5);
    expect([isSure(0.5, 0.5), isSure(0.4999, 0.5)]).toEqual([true, false]);
  });

  test("adds up what counts as one type, and names the most probable part of it", () => {
    const answer = { probabilities: [0.3, 0, 0.4, 0, 0.3], familiarity: 0.001 };
    expect(readAnswer(answer, { classes: CLASSES, threshold: 0.6 })).toEqual({
      ...{ predicted: "BandNeutrophil", certainty: 0.6, isRejected: false, isUnfamiliar: true },
    });
    // An erythroblast and a myelocyte are two things that a count tells apart.
    const none = { probabilities: [0, 0.3, 0.4, 0.3, 0] };
    expect(readAnswer(none, { classes: CLASSES, threshold: 0.7 })).toMatchObject({
      ...{ predicted: "Lymphocyte", certainty: 0.4, isRejected: true, isUnfamiliar: false },
    });
  });

  test("keeps a class of which nothing is known to itself", () => {
    expect(rollUpOf(["Blast", "Neutrophil", "Smith"])).toEqual({
      classes: ["Neutrophil", "Blast", "Smith"],
      places: [1, 0, 2],
    });
    const { predicted } = readAnswer({ probabilities: [0.6, 0.4] }, { classes: ["Blast", "Neutrophil"], threshold: 0 });
    expect(modelLabel({ status: "classified", predicted, isRejected: false })).toBe("Unidentified");
  });
});

test("the reader's label counts, else the model's, else none", () => {
  const cell = { status: "classified", predicted: "SegmentedNeutrophil", isRejected: false, label: null } as const;
  expect(countedLabel(cell)).toBe("Neutrophil");
  expect(countedLabel({ ...cell, isRejected: true })).toBe("Unidentified");
  const types = ["Myelocyte", "Erythroblast", "Platelet", "BandNeutrophil", "Smith"];
  expect(types.map((predicted) => countedLabel({ ...cell, predicted }))).toEqual([
    ...["OtherLeukocyte", "Erythroblast", "NotLeukocyte", "Neutrophil", "Unidentified"],
  ]);
  const own = { ...cell, label: "Blast", labelCountsAs: "OtherLeukocyte" };
  expect([countedLabel(own), calledLabel(own)]).toEqual(["OtherLeukocyte", "Blast"]);
  expect([calledLabel(cell), calledLabel({ ...cell, isRejected: true })]).toEqual([
    "SegmentedNeutrophil",
    "Unidentified",
  ]);
  expect(countedLabel({ ...cell, status: "waiting" })).toBeNull();
  expect(countedLabel({ ...cell, status: "bad", label: "Artefact" })).toBe("Artefact");
  expect(COUNTED_AS.filter((counted) => !isReported(counted))).toEqual([
    ...["Erythroblast", "NotLeukocyte", "Artefact", "Smudge"],
  ]);
});
