// What Keras's files say of calls: honoured, or refused by name.
import { describe, expect, test } from "vitest";
import { described, functional, image, lambda, layer3, type Use, use3 } from "./kerasNet.ts";

describe("arguments of calls", () => {
  const norm = { axis: [1] };
  const older = (kwargs: object): Use => ({
    class_name: "BatchNormalization",
    config: norm,
    inbound_nodes: [[["in", 0, 0, kwargs]]],
  });

  test("training=True is refused in files of Keras 2, which then predicts with the batch's statistics", () => {
    expect(() => described(functional([4], { norm: older({ training: true }) }), { kerasVersion: "2.15.0" })).toThrow(
      /^ERR_FORMAT m\.keras: layer "norm" \(BatchNormalization\): training true is not supported\. With it, Keras uses batch statistics/,
    );
  });

  // Also what Keras 3 writes of every Random* layer.
  test("training=True in files of Keras 3 is passed over, as model.predict does, and that is said", () => {
    const norm3 = layer3("BatchNormalization", norm, { training: true });
    expect(described(functional([4], { norm: norm3 })).notes).toEqual([
      'layer "norm" is called with training=True, which Keras 3 ignores in prediction',
    ]);
    expect(described(functional([4, 4, 1], { flip: layer3("RandomFlip", {}, { training: true }) })).notes).toEqual([
      'layer "flip" (RandomFlip) has no effect in prediction and was removed',
    ]);
  });

  test("training=True of a frozen layer, training=False and mask=None mean nothing special", () => {
    const frozen = layer3("BatchNormalization", { ...norm, trainable: false }, { training: true });
    const plain = older({ training: false, mask: null });
    for (const use of [frozen, plain])
      expect(described(functional([4], { norm: use })).model.output.shape).toEqual([4]);
  });

  test("training=True of a model within the model goes on to its layers", () => {
    const inner = functional([4], { drop: layer3("Dropout", { rate: 0.5 }) }) as { config: object };
    const outer = (training: boolean) =>
      functional([4], { inner: { ...layer3("Functional", inner.config, { training }) } });
    expect(() => described(outer(true), { kerasVersion: "2.15.0" })).toThrow(
      'layer "drop" (Dropout): training true is not supported',
    );
    expect(described(outer(false)).model.output.shape).toEqual([4]);
  });

  test("an argument that is not known is refused by name", () => {
    expect(() => described(functional([4], { d: layer3("Dense", { units: 2 }, { routing: "top" }) }))).toThrow(
      'ERR_FORMAT m.keras: layer "d" (Dense): argument routing "top" is unknown. A newer Keras may have added it.',
    );
    expect(() =>
      described(functional([3], { op: use3("Clip", [image], { config: { x_min: 0, x_max: 1, soft: true } }) })),
    ).toThrow('layer "op" (Clip): argument soft true is unknown');
    expect(() => described(functional([3], { op: use3("Subtract", [image, image, 3]) }))).toThrow(
      'layer "op" (Subtract): called with 3 arguments, but takes 2',
    );
  });

  const attention = { num_heads: 1, key_dim: 2 };

  test("use_causal_mask is refused", () => {
    const use = layer3("MultiHeadAttention", attention, { value: image, use_causal_mask: true });
    expect(() => described(functional([3, 2], { a: use }))).toThrow(
      'layer "a" (MultiHeadAttention): use_causal_mask true',
    );
  });

  test("value and key of an attention in files of tf_keras are its second and third input", () => {
    const scaled = lambda("math.multiply", [["in", 0, 0, { y: 2, name: null }]]);
    const use: Use = {
      class_name: "MultiHeadAttention",
      config: attention,
      inbound_nodes: [[["in", 0, 0, { key: ["scaled", 0, 0], value: ["in", 0, 0] }]]],
    };
    const { model } = described(functional([3, 2], { scaled, a: use }));
    expect(model.output.inputs.map((input) => input.layer.name)).toEqual(["in", "in", "scaled"]);
  });

  test("a class of another module that is called as one of Keras is refused", () => {
    const own = { ...layer3("Dense", { units: 2 }), module: "my_layers" };
    expect(() => described(functional([3], { d: own }))).toThrow(
      'layer "d" (Dense): a class of the module my_layers, not of Keras',
    );
  });

  test("operators in HDF5 files of Keras 3, which say no module", () => {
    const reshape: Use = {
      class_name: "Reshape",
      config: { newshape: [-1, 2, 2] },
      inbound_nodes: [{ args: [image], kwargs: {} }],
    };
    expect(described(functional([4], { op: reshape })).model.output.shape).toEqual([2, 2]);
    const sum: Use = { class_name: "Add", config: {}, inbound_nodes: [{ args: [image, 3], kwargs: {} }] };
    expect(described(functional([4], { op: sum })).model.output.layer.className).toBe("Rescaling");
  });

  test("an operator that is not known is refused by name", () => {
    expect(() => described(functional([3], { op: use3("Round", [image]) }))).toThrow(
      'ERR_FORMAT m.keras: layer "op": the operator Round is not supported. Supported: Abs,',
    );
    expect(() => described(functional([3], { op: lambda("math.round", [["in", 0, 0, {}]]) }))).toThrow(
      'layer "op": the operator math.round is not supported',
    );
    expect(() => described(functional([3], { op: use3("Cast", [image], { config: { dtype: "int32" } }) }))).toThrow(
      'layer "op" (Cast): casts to int32, which is not supported',
    );
  });
});
