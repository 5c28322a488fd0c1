// What a Keras file says of operators that can't be read is refused in words that name the layer.
import { expect, test } from "vitest";
import { described, ellipsis, functional, image, kerasTensor, layer3, tensor, type Use, use3 } from "./kerasNet.ts";

const called = (name: string, config: object, args: readonly unknown[] = [image]): Use => use3(name, args, { config });

test.each<[string, readonly number[], Use, string]>([
  ["a constant of more axes", [3], use3("Add", [image, tensor([[[1, 2, 3]]])]), "(Add): takes a constant of 3 axes"],
  ["a constant for each image", [3], use3("Add", [image, tensor([[1], [2]])]), "(Add): takes a constant of 2 axes"],
  [
    "places along axes that are not there",
    [3],
    use3("GetItem", [image, [ellipsis, 1, 2, 3]]),
    "indexes more axes than the tensor has",
  ],
  ["limits the wrong way round", [3], called("Clip", { x_min: 3, x_max: 1 }), "(Clip): clips from 3 to 1"],
  ["limits that are none", [3], called("Clip", { x_min: null, x_max: 1 }), "(Clip): clips from undefined to 1"],
  ["a mean along the batch", [3], called("Mean", { axis: 0 }), "(Mean): works along axis 0"],
  ["a mean along all axes", [3], called("Mean", {}), "(Mean): works along axis null"],
  [
    "a way to resize",
    [4, 4, 3],
    called("Resize", { size: [2, 2], interpolation: "nearest" }),
    'resizes by "nearest" instead of "bilinear", which is not supported',
  ],
])("%s is refused", (_, shape, use, message) => {
  expect(() => described(functional(shape, { op: use }))).toThrow(`ERR_FORMAT m.keras: layer "op"`);
  expect(() => described(functional(shape, { op: use }))).toThrow(message);
});

test("tensors of unequal rank are not joined", () => {
  const layers = {
    square: layer3("Reshape", { target_shape: [2, 2] }),
    op: use3("Add", [image, kerasTensor("square")]),
  };
  expect(() => described(functional([4], layers))).toThrow('layer "op" (Add): takes tensors of unequal rank');
});

test("outputs in outputs are refused", () => {
  const layers = { d: layer3("Dense", { units: 2 }) };
  expect(() => described(functional([4], layers, [[["d", 0, 0]]]))).toThrow(
    "ERR_FORMAT m.keras: its inputs or outputs are nested",
  );
});
