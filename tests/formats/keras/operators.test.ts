// Operators in Keras's files, with Keras's numbers.
import { describe, test } from "vitest";
import { ask } from "../support/ask.ts";
import { expectNear } from "./expectNear.ts";
import {
  described,
  ellipsis,
  functional,
  image,
  kerasTensor,
  lambda,
  slice,
  tensor,
  type Use,
  use3,
} from "./kerasNet.ts";

// As keras 3.15.1 and tf_keras 2.21 write them; x is 1, 2, 4.
const OPERATORS: readonly (readonly [string, Use, readonly number[]])[] = [
  ["255 - x", use3("Subtract", [255, image]), [254, 253, 251]],
  ["x - 255", use3("Subtract", [image, 255]), [-254, -253, -251]],
  ["1 / x", use3("TrueDivide", [1, image]), [1, 0.5, 0.25]],
  ["x / 4", use3("TrueDivide", [image, 4]), [0.25, 0.5, 1]],
  ["x ** 2", use3("Power", [image, 2]), [1, 4, 16]],
  ["2 ** x", use3("Power", [2, image]), [2, 4, 16]],
  ["x - vector", use3("Subtract", [image, tensor([1, 0, 3])]), [0, 2, 1]],
  ["vector - x", use3("Subtract", [tensor([1, 0, 3]), image]), [0, -2, -1]],
  ["x + [[vector]]", use3("Add", [image, tensor([[1, 0, 3]])]), [2, 2, 7]],
  ["x + x by operator", use3("Add", [image, image]), [2, 4, 8]],
  ["x[..., ::-1]", use3("GetItem", [image, [ellipsis, slice(null, null, -1)]]), [4, 2, 1]],
  ["x[..., 1:]", use3("GetItem", [image, [ellipsis, slice(1, null, null)]]), [2, 4]],
  ["x[:, -1:]", use3("GetItem", [image, [slice(null, null, null), slice(-1, null, null)]]), [4]],
  ["clip", use3("Clip", [image], { config: { x_min: 1.5, x_max: 3 } }), [1.5, 2, 3]],
  [
    "tf 255 - x",
    lambda("math.subtract", [["_CONSTANT_VALUE", -1, 255, { y: ["in", 0, 0], name: null }]]),
    [254, 253, 251],
  ],
  ["tf x - vector", lambda("math.subtract", [["in", 0, 0, { y: [1, 0, 3], name: null }]]), [0, 2, 1]],
  ["tf x + x", lambda("__operators__.add", [["in", 0, 0, { y: ["in", 0, 0], name: null }]]), [2, 4, 8]],
  ["tf bias_add", lambda("nn.bias_add", [["in", 0, 0, { bias: [1, 0, 3], data_format: "NHWC" }]]), [2, 2, 7]],
  [
    "tf x[..., ::-1]",
    lambda("__operators__.getitem", [
      ["in", 0, 0, { slice_spec: [{ class_name: "__ellipsis__" }, { start: null, stop: null, step: -1 }] }],
    ]),
    [4, 2, 1],
  ],
  [
    "tf concat",
    lambda("concat", [
      [
        ["in", 0, 0, { axis: -1 }],
        ["in", 0, 0, { axis: -1 }],
      ],
    ]),
    [1, 2, 4, 1, 2, 4],
  ],
];

describe("operators take their arguments where Keras has them", () => {
  test.each(OPERATORS)("%s", async (_, use, wanted) => {
    const { model } = described(functional([3], { op: use }));
    expectNear(await ask(model, [1, 2, 4]), wanted);
  });

  test("preprocess_input of caffe, as Keras 3 saves it: single channels, stacked, and a constant", async () => {
    const one = (place: number) => use3("GetItem", [image, [ellipsis, place]]);
    const { model } = described(
      functional([1, 1, 3], {
        blue: one(2),
        green: one(1),
        red: one(0),
        bgr: use3("Stack", [[kerasTensor("blue"), kerasTensor("green"), kerasTensor("red")]], { config: { axis: -1 } }),
        less: use3("Add", [kerasTensor("bgr"), tensor([[[[-103.939, -116.779, -123.68]]]])]),
      }),
    );
    // keras.applications.imagenet_utils.preprocess_input([[10, 100, 200]], mode="caffe")
    expectNear(await ask(model, [10, 100, 200]), [96.061, -16.779, -113.68]);
  });
});
