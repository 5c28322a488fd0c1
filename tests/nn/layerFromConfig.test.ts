import { layerFromConfig } from "@leukogram/engine/nn/layerFromConfig";
import * as layers from "@leukogram/engine/nn/layers/index";
import { describe, expect, test } from "vitest";

const CONV = { name: "conv", filters: 4, kernel_size: [3, 3] };

describe("layerFromConfig", () => {
  test("refuses a class that it does not have, and lists those it has", () => {
    expect(() => layerFromConfig("LSTM", { name: "memory", units: 3 })).toThrow(
      /^ERR_FORMAT layer "memory": class LSTM is not supported\. Supported: Activation, ELU, LeakyReLU, .*Conv2D.*ZeroPadding2D\.$/,
    );
    expect(() => layerFromConfig("toString", {})).toThrow("ERR_FORMAT");
  });

  test.each([
    [
      "Conv2D",
      { ...CONV, data_format: "channels_first" },
      'data_format "channels_first" is not supported. Leukogram supports only "channels_last".',
    ],
    ["DepthwiseConv2D", { kernel_size: 3, groups: 2 }, "groups 2 is not supported. Leukogram supports only 1."],
    ["ReLU", { negative_slope_: 0.2 }, "setting negative_slope_ 0.2 is unknown. A newer Keras may have added it."],
    [
      "Dense",
      { units: 2, activation: { class_name: "function", config: "mine" } },
      'activation is a Python function, "mine"',
    ],
    ["Dense", { units: 2, lora_rank: 4 }, "lora_rank 4 is not supported"],
    [
      "Dense",
      { units: 2, dtype: { class_name: "QuantizedDTypePolicy", config: { mode: "int8", source_name: "float32" } } },
      'layer "Dense" (Dense): computes with type "int8". Quantised Keras models are not supported',
    ],
    ["Conv2D", { ...CONV, dtype: "int32" }, 'computes with type "int32"'],
    ["Softmax", { axis: [1, 2] }, "a softmax over several axes is not supported"],
    ["UpSampling2D", { interpolation: "bicubic" }, 'interpolation "bicubic" is not supported'],
    ["Normalization", { mean: [1], variance: [1], invert: true }, "invert true is not supported"],
    ["MultiHeadAttention", { num_heads: 2, key_dim: 4, output_shape: [8] }, "output_shape [8] is not supported"],
    ["MultiHeadAttention", { num_heads: 2, key_dim: 4, use_gate: true }, "use_gate true is not supported"],
    ["Dropout", { rate: 0.5, noise_shape: [null, 1, 4] }, "noise_shape [null,1,4] is not supported"],
    ["Resizing", { height: 2, width: 2, interpolation: "nearest" }, 'interpolation "nearest" is not supported'],
  ])("refuses %s with %j", (className, config, message) => {
    expect(() => layerFromConfig(className, config)).toThrow(message);
  });

  test.each([
    ["Conv2D", { ...CONV, dilation_rate: 1, groups: 1, data_format: null }],
    ["Conv2D", { ...CONV, dilation_rate: [1, 2], groups: 2 }],
    ["MultiHeadAttention", { num_heads: 2, key_dim: 4, value_dim: 4, attention_axes: [1], sliding_window: null }],
    ["GroupNormalization", { groups: 2, center: false }],
    ["BatchNormalization", { scale: false, center: false }],
    ["Rescaling", { scale: 0.5, offset: 1 }],
    ["Dense", { units: 2, dtype: { class_name: "DTypePolicy", config: { name: "mixed_bfloat16" } }, lora_rank: null }],
    ["ReLU", { negative_slope: 0.2, threshold: 1, max_value: 6 }],
    ["Rescaling", { scale: [0.5, 1, 2], offset: 0 }],
    ["GlobalAveragePooling2D", { keepdims: true }],
    ["Normalization", { axis: [-1], mean: [1, 2], variance: [4, 9], invert: false }],
    ["LayerScale", { init_values: 1e-6, projection_dim: 4 }],
    [
      "Cropping2D",
      {
        cropping: [
          [1, 0],
          [1, 0],
        ],
      },
    ],
    ["Dropout", { rate: 0.2, noise_shape: [null, 1, 1, 1] }],
    ["BatchNormalization", { axis: [3], center: true, scale: true, renorm: false }],
  ])("takes %s with %j", (className, config) => {
    expect(layerFromConfig(className, config).className).toBe(className);
  });

  test("refuses to normalise another axis than the last", () => {
    expect(() => layerFromConfig("BatchNormalization", { axis: [1] }).apply(layers.Input([4, 4, 3]))).toThrow(
      "ERR_SHAPE BatchNormalization on [4, 4, 3]: expected the last axis, received axis 1 of [4, 4, 3]",
    );
    expect(layerFromConfig("BatchNormalization", { axis: [1] }).apply(layers.Input([3])).shape).toEqual([3]);
  });

  test("reads initializers and activations that Keras wraps as objects", () => {
    const wrapped = (class_name: string) => ({ module: "keras.initializers", class_name, config: { seed: null } });
    const layer = layerFromConfig("Dense", { units: 2, activation: "tanh", kernel_initializer: wrapped("HeNormal") });
    expect(layer.config).toMatchObject({ units: 2, activation: "tanh", kernelInitializer: "he_normal", useBias: true });
  });
});
