"""ONNX's own tests of its operators, as networks that take an image and give a row.

    python scripts/checkOnnxNodes.py DIR      # onnx and numpy installed

Each test of one node or a few (onnx.backend.test) becomes DIR/NAME.onnx, with the image in NAME.onnx.x and the expected row in
NAME.onnx.y (float32); scripts/checkOnnxNodes.ts reads and compares them. Kept are tests of tensors of numbers with a float32
input of which the first axis can be the batch. In "NAME, first" that input alone comes from the image, the others are weights;
in "NAME, all" every float32 input of as large a batch does; in "NAME, one image" the input as a whole is one image.
"""

import glob
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

warnings.simplefilter("ignore")
ELEMENTWISE = set("Abs Add Ceil Clip Div Elu Erf Exp Floor Gelu HardSigmoid HardSwish LeakyRelu Log Max Mean Min Mish Mod Mul Neg PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Softplus Softsign Sqrt Sub Sum Swish Tanh Celu ThresholdedRelu Shrink Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh".split())
TAKEN = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.INT32, TensorProto.INT8, TensorProto.UINT8, TensorProto.BOOL}


def wrapped(test, which, chosen):
    """The test's graph between an image [N, 1, entries, 1] and a row [N, entries]."""
    model, (inputs, outputs) = test.model, test.data_sets[0]
    graph = model.graph
    nodes, weights = [], []
    arrays = dict(zip([value.name for value in graph.input], inputs))
    batch = 1 if which == "one image" else arrays[chosen[0]].shape[0]
    sizes = [arrays[name].size // batch for name in chosen]
    image = np.concatenate([arrays[name].reshape(batch, -1) for name in chosen], 1).reshape(batch, 1, sum(sizes), 1)
    start = 0
    for name, size in zip(chosen, sizes):
        whole = lambda key, values: weights.append(helper.make_tensor(f"{name}/{key}", TensorProto.INT64, [len(values)], values)) or f"{name}/{key}"
        part = "image" if len(chosen) == 1 else f"{name}/part"
        if len(chosen) > 1:
            ends = [whole("from", [start]), whole("to", [start + size]), whole("axis", [2])]
            if model.opset_import[0].version >= 10:
                nodes.append(helper.make_node("Slice", ["image", *ends], [part], "wrap"))
            else:
                nodes.append(helper.make_node("Slice", ["image"], [part], "wrap", starts=[start], ends=[start + size], axes=[2]))
        shape = [1, *arrays[name].shape] if which == "one image" else [-1, *arrays[name].shape[1:]]
        nodes.append(helper.make_node("Reshape", [part, whole("shape", shape)], [name], "wrap"))
        start += size
    for name, array in arrays.items():
        if name not in chosen:
            weights.append(numpy_helper.from_array(np.asarray(array), name))
    nodes += graph.node
    result, expected = graph.output[0], np.asarray(outputs[0])
    name = result.name
    if result.type.tensor_type.elem_type != TensorProto.FLOAT:
        nodes.append(helper.make_node("Cast", [name], ["as float"], "wrap", to=TensorProto.FLOAT))
        name = "as float"
    row = expected.astype(np.float32).reshape(batch, -1)
    weights.append(helper.make_tensor("row shape", TensorProto.INT64, [2], [-1, row.shape[1]]))
    nodes.append(helper.make_node("Reshape", [name, "row shape"], ["row"], "wrap"))
    # A row of one is no row of scores.
    nodes.append(helper.make_node("Concat", ["row", "row"], ["scores"], "wrap", axis=1))
    entry = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", *image.shape[1:]])
    out = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2 * row.shape[1]])
    kept = [*graph.initializer, *weights]
    made = helper.make_model(helper.make_graph(nodes, "wrapped", [entry], [out], kept), opset_imports=model.opset_import)
    made.functions.extend(model.functions)
    return made, image, np.concatenate([row, row], 1)


def cases():
    for test in collect_testcases(None):
        if test.model is None or not test.data_sets:
            continue
        graph, (inputs, outputs) = test.model.graph, test.data_sets[0]
        values = [*graph.input, graph.output[0]]
        if not all(value.type.WhichOneof("value") == "tensor_type" and value.type.tensor_type.elem_type in TAKEN for value in values):
            continue
        if not all(isinstance(array, np.ndarray | np.generic) for array in [*inputs, outputs[0]]) or np.asarray(outputs[0]).size == 0:
            continue
        floats = [value.name for value, array in zip(graph.input, inputs) if array.dtype == np.float32 and array.ndim and array.size]
        if not floats:
            continue
        arrays = dict(zip([value.name for value in graph.input], inputs))
        batch = arrays[floats[0]].shape[0]
        fits = np.asarray(outputs[0]).size % batch == 0
        if fits:
            yield test, "first", floats[:1]
            alike = [name for name in floats if arrays[name].shape[0] == batch]
            if len(alike) > 1:
                yield test, "all", alike
        if len(graph.node) == 1 and graph.node[0].op_type in ELEMENTWISE:
            yield test, "one image", floats[:1]


if __name__ == "__main__":
    [out] = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for old in glob.glob(os.path.join(out, "*.onnx*")):
        os.remove(old)
    count = 0
    for test, which, chosen in cases():
        try:
            made, x, y = wrapped(test, which, chosen)
        except Exception as problem:  # a test whose data can't be wrapped is said, not lost
            print("left out", test.name, which, problem)
            continue
        path = os.path.join(out, f"{test.name}, {which}.onnx")
        onnx.save(made, path)
        x.astype(np.float32).tofile(path + ".x")
        y.astype(np.float32).tofile(path + ".y")
        count += 1
    print(count, "networks")
