import { modelFromJson } from "@leukogram/engine/formats/keras/kerasModel";
import { describe, expect, test } from "vitest";

describe("modelFromJson", () => {
  const sequential = (layers: object[]) => ({ class_name: "Sequential", config: layers }) as never;
  const layer = (className: string, config: object) => ({ class_name: className, config });

  test("takes the words of Keras 1", () => {
    const { model } = modelFromJson(
      sequential([
        layer("Convolution2D", {
          name: "convolution2d_1",
          nb_filter: 4,
          nb_row: 3,
          nb_col: 3,
          border_mode: "same",
          subsample: [2, 2],
          bias: true,
          dim_ordering: "tf",
          activation: "relu",
          batch_input_shape: [null, 8, 8, 3],
        }),
        layer("MaxPooling2D", { name: "maxpooling2d_1", pool_size: [2, 2], strides: [2, 2], border_mode: "valid" }),
        layer("Flatten", { name: "flatten_1" }),
        layer("Dropout", { name: "dropout_1", p: 0.5 }),
        layer("Dense", { name: "dense_1", output_dim: 5, activation: "softmax", bias: true }),
      ]),
      "old.h5",
    );
    expect(model.output.shape).toEqual([5]);
    expect(model.layer("convolution2d_1").weights.map(({ shape }) => shape)).toEqual([[3, 3, 3, 4], [4]]);
    expect(model.parameters).toBe(3 * 3 * 3 * 4 + 4 + 16 * 5 + 5);
  });

  test("leaves out what only training needs, and says so", () => {
    const { model, notes } = modelFromJson(
      sequential([
        layer("RandomFlip", { name: "flip", mode: "horizontal", batch_input_shape: [null, 4, 4, 3] }),
        layer("Flatten", { name: "flat" }),
        layer("Dense", { name: "out", units: 2, activation: "softmax" }),
      ]),
      "m.h5",
    );
    expect(notes).toEqual(['layer "flip" (RandomFlip) has no effect in prediction and was removed']);
    expect(model.layers.map(({ className }) => className)).toEqual(["InputLayer", "Flatten", "Dense"]);
  });

  test.each([
    [
      "a layer that is not known",
      [layer("Lambda", { name: "mine", batch_input_shape: [null, 4] })],
      /^ERR_FORMAT m\.h5: layer "mine": class Lambda is not supported\. Supported: .*Conv2D/,
    ],
    ["no input", [layer("Flatten", { name: "flat" })], /^ERR_FORMAT m\.h5: has no input shape/],
    [
      "a layer that does not fit",
      [layer("Conv2D", { name: "conv", filters: 2, kernel_size: [9, 9], batch_input_shape: [null, 4] })],
      /^ERR_FORMAT m\.h5: .*conv/,
    ],
  ])("tells of %s", (_, layers, message) => {
    expect(() => modelFromJson(sequential(layers), "m.h5")).toThrow(message);
  });

  test("takes a Functional model of Keras 2, with a layer used twice and arithmetic in between", () => {
    const input = layer("InputLayer", { name: "in", batch_input_shape: [null, 4] });
    const json = {
      class_name: "Functional",
      config: {
        name: "twice",
        layers: [
          { ...input, name: "in", inbound_nodes: [] },
          {
            ...layer("TFOpLambda", { name: "tf.math.truediv", function: "math.truediv" }),
            name: "tf.math.truediv",
            inbound_nodes: [["in", 0, 0, { y: 2 }]],
          },
          {
            ...layer("Dense", { name: "shared", units: 3 }),
            name: "shared",
            inbound_nodes: [[["in", 0, 0, {}]], [["tf.math.truediv", 0, 0, {}]]],
          },
          {
            ...layer("Add", { name: "sum" }),
            name: "sum",
            inbound_nodes: [
              [
                ["shared", 0, 0, {}],
                ["shared", 1, 0, {}],
              ],
            ],
          },
        ],
        input_layers: [["in", 0, 0]],
        output_layers: [["sum", 0, 0]],
      },
    };
    const { model } = modelFromJson(json as never, "m.h5");
    expect(model.layers.filter(({ className }) => className === "Dense")).toHaveLength(1);
    expect(model.layers.find(({ className }) => className === "Rescaling")!.config).toEqual({ scale: 0.5, offset: 0 });
    expect(model.parameters).toBe(15);
  });
});
