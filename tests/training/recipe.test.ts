import { recipeWarnings } from "leukogram/training/recipe/fromRecipe";
import { parseRecipe, recipeKeys } from "leukogram/training/recipe/recipe";
import { describe, expect, test } from "vitest";

describe("a recipe", () => {
  test("has a line on every key, and fills in what is left out", () => {
    const keys = recipeKeys();
    expect(keys.length).toBeGreaterThan(35);
    for (const { key, description } of keys) expect(description, key).toMatch(/^[A-Za-z\d].{8,}/);
    const recipe = parseRecipe({});
    for (const { key, default: value } of keys) expect(recipe[key], key).toBe(value);
    expect(parseRecipe({ epochs: 3, earlyStopping: 2 })).toEqual({ ...recipe, epochs: 3, earlyStopping: 2 });
  });

  test("tells the nearest name of a setting that there is not", () => {
    expect(() => parseRecipe({ learning_rate: 1 }, "mine.yaml")).toThrow(
      'ERR_CONFIG mine.yaml: unknown setting "learning_rate". Did you mean "learningRate"?',
    );
    expect(() => parseRecipe({ zzzzzzzzzz: 1 })).toThrow(/^ERR_CONFIG recipe: .* Settings: model, imageSize, /);
  });

  test.each([
    [{ epochs: 0 }, "epochs: expected a whole number of at least 1, received 0"],
    [{ epochs: 1.5 }, "epochs: expected a whole number of at least 1, received 1.5"],
    [{ epochs: "ten" }, 'epochs: expected a whole number of at least 1, received "ten"'],
    [{ learningRate: -1 }, "learningRate: expected a number above 0, received -1"],
    [{ learningRate: Number.NaN }, "learningRate: expected a number above 0, received NaN"],
    [{ rotation: 181 }, "rotation: expected a number from 0 to 180, received 181"],
    [{ reduceFactor: 2 }, "reduceFactor: expected a number above 0, at most 1, received 2"],
    [{ head: "conv" }, 'head: expected one of dense, linear, received "conv"'],
    [{ frozen: "yes" }, 'frozen: expected true or false, received "yes"'],
    [{ model: 3 }, "model: expected text, received 3"],
    [{ weightDecay: null }, "weightDecay: expected a number of at least 0, received null"],
  ])("refuses %j in words", (values, message) => {
    expect(() => parseRecipe(values)).toThrow(`ERR_CONFIG recipe: ${message}`);
  });

  test("says what every key takes", () => {
    for (const { key, kind, choices } of recipeKeys()) {
      const expected = { boolean: /expected true or false/, number: /expected a (whole )?number/, text: /expected/ };
      expect(() => parseRecipe({ [key]: {} }), key).toThrow(expected[kind]);
      for (const choice of choices ?? []) expect(parseRecipe({ [key]: choice })[key]).toBe(choice);
    }
  });
});

describe("warnings of a recipe", () => {
  test("are none for the defaults", () => {
    expect(recipeWarnings(parseRecipe({}))).toEqual([]);
    expect(recipeWarnings(parseRecipe({ schedule: "constant", earlyStopping: 10, reduceOnPlateau: 5 }))).toEqual([]);
  });

  const constant = { schedule: "constant", epochs: 20 };
  test.each([
    [{ ...constant, earlyStopping: 5, reduceOnPlateau: 5 }, /needs 5 epochs .* stops after 5\./],
    [{ ...constant, reduceOnPlateau: 20 }, /needs 20 epochs .* the run has only 20\./],
    [{ ...constant, reduceOnPlateau: 2, minLearningRate: 0.01 }, /not above minLearningRate, 0.01\./],
    [{ reduceOnPlateau: 5 }, /The cosine schedule sets the learning rate at every step, so reduceOnPlateau has no/],
    [{ epochs: 20, earlyStopping: 20 }, /earlyStopping has no effect/],
    [{ ...constant, warmupEpochs: 2 }, /The constant schedule has no warm-up/],
    [{ epochs: 20, warmupEpochs: 20 }, /the learning rate never decreases/],
    [{ split: "leaky" }, /ignores siblings/],
    [{ preprocessing: "twice" }, /divided by 255 twice/],
    [{ preprocessing: "unit", model: "mobilenetv2" }, /weights are for \[-1, 1\]/],
    [{ preprocessing: "unit" }, /"unit" is a mistake of mobilenetv2; it has no effect on cnn/],
    [{ copies: 2 }, /copies has no effect/],
    [{ copies: 2, model: "mobilenetv2", augment: false }, /copies has no effect/],
    [{ momentum: 0.99, epochs: 10 }, /momentum 0.99 moves slowly: with 10 epochs/],
  ])("name what %j does", (values, warning) => {
    const warnings = recipeWarnings(parseRecipe(values));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(warning);
  });
});
