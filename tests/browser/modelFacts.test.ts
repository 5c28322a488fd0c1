import { modelFacts } from "leukogram/browser/classifier";
import { expect, test } from "vitest";

const told = { classes: '["A","B"]', imageSize: "[256,256]" };

test("a model file tells how its pictures are brought to it", () => {
  const recipe = JSON.stringify({ cellDiameters: 1.8, cellDensity: 0.7, views: 4 });
  const facts = modelFacts({ ...told, field: "square", recipe, temperature: "0.5" }, "a.onnx");
  expect(facts).toMatchObject({ classes: ["A", "B"], imageSize: [256, 256], isSquare: true, views: 4 });
  expect(facts.cells).toMatchObject({ diameters: 1.8, hue: 1, density: 0.7, white: true });
  expect(modelFacts(told, "a.onnx")).toMatchObject({ isSquare: false, cells: undefined, views: 1 });
});

test("a file that does not tell, or tells what is damaged, is named", () => {
  expect(() => modelFacts({}, "a.onnx")).toThrow("ERR_FORMAT a.onnx: contains no classes and image size");
  expect(() => modelFacts({ ...told, recipe: "{" }, "a.onnx")).toThrow("ERR_FORMAT a.onnx: its recipe is damaged");
});
