import { parseRecipe } from "leukogram/training/recipe/recipe";
import { trainedName, trainingWords } from "leukogram/training/trainingWords";
import { expect, test } from "vitest";

const named = (values: Readonly<Record<string, unknown>>, pretrained = true) =>
  trainedName(parseRecipe(values), { pretrained });
const words = (values: Readonly<Record<string, unknown>>, pretrained = true) =>
  trainingWords(parseRecipe(values), { pretrained });

test("a title names what of the model was trained", () => {
  const model = "mobilenetv2";
  expect(named({ model: "cnn" })).toBe("Custom CNN");
  expect(named({ model })).toBe("frozen MobileNetV2");
  expect(named({ model, frozen: false })).toBe("MobileNetV2 trained entirely");
  expect(named({ model, frozen: false }, false)).toBe("MobileNetV2 trained entirely, starting from random weights");
  expect(named({ model, unfreezeFrom: "block_13" })).toBe("MobileNetV2 trained from block_13 on");
});

test("sentences say what learned, and whether from augmented images", () => {
  const model = "mobilenetv2";
  const [kept, plain] = words({ model });
  expect(kept).toBe("The backbone kept its pretrained weights; only the head was trained.");
  expect(plain).toMatch(/^The frozen backbone saw each training image once.*: no augmented copies were used\.$/);
  expect(words({ model, copies: 1 })[1]).toMatch(/ and from those of 1 augmented copy of each image\.$/);
  expect(words({ model, copies: 3 })[1]).toMatch(/ and from those of 3 augmented copies of each image\.$/);
  expect(words({ model, copies: 3, augment: false })[1]).toBe(plain);
  // Copies are of frozen backbones alone.
  for (const values of [
    { model: "cnn", copies: 3 },
    { model, frozen: false },
    { model, unfreezeFrom: "block_13" },
  ])
    expect(words(values)[1]).toBe("Training images were augmented again in each epoch.");
  expect(words({ model: "cnn", augment: false })).toEqual([
    "The whole network was trained, starting from random weights.",
    "Training images were not augmented.",
  ]);
  expect(words({ model, frozen: false }, false)[0]).toBe(
    "The whole network was trained, starting from random weights.",
  );
  expect(words({ model, unfreezeFrom: "block_13" })[0]).toContain("was trained from block_13 on");
});
