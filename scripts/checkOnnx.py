"""Networks of other programs as .onnx files, with an input and what the program itself answers to it.

    python scripts/checkOnnx.py DIR      # torch, timm, onnx, onnxscript, onnxruntime, numpy installed

Writes DIR/NAME.onnx, NAME.onnx.x and NAME.onnx.y (float32, row-major); scripts/checkOnnx.ts reads and compares them.
Weights are random, statistics of batch normalisation moved. The networks of ONNX's own tests (opset 9) have no weights in their
files: they get random ones here, and ONNX Runtime answers for them.
"""

import glob
import os
import sys

import numpy as np
import onnx
import onnxruntime
import timm
import torch
from onnx import numpy_helper

TRACED = {13: ["resnet18", "mobilenetv3_small_100", "efficientnet_lite0", "convnext_atto", "regnetx_002", "ghostnet_100", "repvgg_a0"],
          17: ["vit_tiny_patch16_224", "densenet121", "deit_tiny_distilled_patch16_224"]}
EXPORTED = ["resnet18", "mobilenetv3_small_100", "vit_tiny_patch16_224"]
OWN = ["bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet", "zfnet512"]


class Scaled(torch.nn.Module):
    """Scores far enough apart that probabilities differ."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return 3 * self.inner(x)


def of_timm(name, path, opset, dynamo):
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False, num_classes=10, exportable=True).eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 1.5)
        x = torch.randn(2, 3, 224, 224)
        y = 3 * model(x)
    if dynamo:
        shapes = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(Scaled(model), (x,), path, opset_version=opset, dynamo=True, external_data=False, dynamic_shapes=shapes)
    else:
        axes = {"x": {0: "batch"}, "y": {0: "batch"}}
        torch.onnx.export(Scaled(model), x, path, opset_version=opset, dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes)
    keep(path, x.numpy(), y.numpy())


def of_onnx(name, path):
    folder = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "light")
    model = onnx.load(os.path.join(folder, f"light_{name}.onnx"))
    graph, rng = model.graph, np.random.default_rng(0)
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    kept = []
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            kept.append(node)
            continue
        shape = shapes[node.input[0]].astype(int).tolist()
        value = rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.9 + 0.2 * rng.random(shape)
        graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), node.output[0]))
    del graph.node[:]
    graph.node.extend(kept)
    onnx.save(model, path)
    session = onnxruntime.InferenceSession(path)
    entry = session.get_inputs()[0]
    x = rng.standard_normal(entry.shape).astype(np.float32)
    keep(path, x, session.run(None, {entry.name: x})[0])


def keep(path, x, y):
    x.tofile(path + ".x")
    y.astype(np.float32).tofile(path + ".y")
    print(os.path.basename(path))


if __name__ == "__main__":
    [out] = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for old in glob.glob(os.path.join(out, "*.onnx*")):
        os.remove(old)
    for opset, names in TRACED.items():
        for name in names:
            of_timm(name, os.path.join(out, f"timm {name}, traced, opset {opset}.onnx"), opset, dynamo=False)
    for name in EXPORTED:
        of_timm(name, os.path.join(out, f"timm {name}, torch.export, opset 18.onnx"), 18, dynamo=True)
    for name in OWN:
        of_onnx(name, os.path.join(out, f"onnx {name}, opset 9.onnx"))
