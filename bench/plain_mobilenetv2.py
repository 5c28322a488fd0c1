"""A peer for inference: MobileNetV2 exported plainly (Conv, BatchNormalization, Clip; no preprocessing), run by
ONNX Runtime in Python. Speaks the same protocol as worker.ts. Needs onnx, onnxruntime, numpy.

usage: plain_mobilenetv2.py
"""
import sys, time
import numpy as np, onnx, onnxruntime as ort
from onnx import TensorProto as T, helper as h, numpy_helper

nodes, inits, rng = [], [], np.random.default_rng(0)

def const(array):
    name = f"w{len(inits)}"; inits.append(numpy_helper.from_array(array.astype("float32"), name)); return name

def op(kind, *inputs, **attributes):
    name = f"v{len(nodes)}"; nodes.append(h.make_node(kind, list(inputs), [name], **attributes)); return name

def conv(x, cin, cout, k=1, stride=1, groups=1, relu=True):
    w = const(rng.normal(size=(cout, cin // groups, k, k)) * np.sqrt(2 / (cin // groups * k * k)))
    pads = [0, 0, 1, 1] if stride == 2 else [k // 2] * 4
    y = op("Conv", x, w, kernel_shape=[k, k], strides=[stride] * 2, pads=pads, group=groups)
    ones, zeros = const(np.ones(cout)), const(np.zeros(cout))
    y = op("BatchNormalization", y, ones, zeros, zeros, ones, epsilon=1e-3)
    return op("Clip", y, const(np.array(0)), const(np.array(6))) if relu else y

x = conv("images", 3, 32, 3, 2); c = 32
for t, o, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
    for i in range(n):
        stride = s if i == 0 else 1
        y = conv(x, c, c * t) if t > 1 else x
        y = conv(conv(y, c * t, c * t, 3, stride, c * t), c * t, o, relu=False)
        x = op("Add", x, y) if stride == 1 and c == o else y; c = o
x = op("Flatten", op("GlobalAveragePool", conv(x, 320, 1280)))
x = op("Softmax", op("Gemm", op("Relu", op("Gemm", x, const(rng.normal(size=(1280, 16)) * .05), const(np.zeros(16)))), const(rng.normal(size=(16, 5))), const(np.zeros(5))), axis=1)
graph = h.make_graph(nodes, "plain", [h.make_tensor_value_info("images", T.FLOAT, ["n", 3, 224, 224])], [h.make_tensor_value_info(x, T.FLOAT, ["n", 5])], inits)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=9); onnx.checker.check_model(model)

options = ort.SessionOptions(); options.intra_op_num_threads = 2
session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
images = rng.random((16, 3, 224, 224), dtype="float32") * 2 - 1
work = lambda: session.run(None, {"images": images})
for _ in range(6): work()
print("ready", flush=True)
for _ in sys.stdin:
    work(); times = []
    for _ in range(2): t = time.perf_counter(); work(); times.append((time.perf_counter() - t) * 1e3)
    print(*times, flush=True)
