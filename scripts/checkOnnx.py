"""Networks of other programs as .onnx files, with an input and what the program itself answers to it.

    python scripts/checkOnnx.py DIR [NAME...]     # torch, torchvision, timm, onnx, onnxscript, onnxruntime, numpy installed

Writes DIR/NAME.onnx, NAME.onnx.x and NAME.onnx.y (float32, row-major); scripts/checkOnnx.ts reads and compares them. What is
there is not made again. Weights are random, statistics of batch normalisation moved, and scores brought to a spread of 3. The
networks of ONNX's own tests (opset 9) have no weights in their files: they get random ones here, and ONNX Runtime answers for them.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision
from onnx import numpy_helper

# At least one of each family.
NETWORKS = """
timm resnet18
timm resnet50d
timm resnetv2_50
timm resnext50_32x4d
timm seresnet50
timm ecaresnet26t
timm res2net50_26w_4s
timm resnest14d
timm skresnet18
timm densenet121
timm dla34
timm dpn68
timm vgg11_bn
timm inception_v3
timm inception_v4
timm inception_resnet_v2
timm xception41
timm mobilenetv2_100
timm mobilenetv3_small_100
timm mobilenetv4_conv_small
timm mnasnet_100
timm fbnetc_100
timm efficientnet_b0
timm efficientnet_lite0
timm efficientnetv2_rw_t
timm tf_efficientnet_b0
timm tf_efficientnet_lite0
timm tf_efficientnetv2_b0
timm tf_mobilenetv3_small_100
timm ghostnet_100
timm ghostnetv2_100
timm repghostnet_050
timm regnetx_002
timm regnety_002
timm repvgg_a0
timm repvit_m0_9
timm mobileone_s0
timm fastvit_t8
timm convnext_atto
timm convnextv2_atto
timm inception_next_atto
timm nfnet_l0
timm hrnet_w18_small
timm cspresnet50
timm hardcorenas_a
timm tinynet_e
timm lcnet_050
timm poolformer_s12
timm vit_tiny_patch16_224
timm deit_tiny_distilled_patch16_224
timm beit_base_patch16_224
timm cait_xxs24_224
timm xcit_nano_12_p16_224
timm swin_tiny_patch4_window7_224
timm swinv2_tiny_window8_256
timm mobilevit_xxs
timm mobilevitv2_050
timm efficientformer_l1
timm efficientformerv2_s0
timm levit_128s
timm edgenext_xx_small
timm efficientvit_b0
timm efficientvit_m0
timm maxvit_pico_rw_256
timm coatnet_pico_rw_224
timm pit_ti_224
timm pvt_v2_b0
timm twins_svt_small
timm mixer_s32_224
timm resmlp_12_224
timm crossvit_tiny_240
timm shvit_s1
torchvision alexnet
torchvision googlenet
torchvision squeezenet1_1
torchvision shufflenet_v2_x0_5
torchvision mobilenet_v2
torchvision mobilenet_v3_small
torchvision mnasnet0_5
torchvision efficientnet_b0
torchvision resnet18
torchvision regnet_y_400mf
torchvision densenet121
torchvision convnext_tiny
torchvision swin_t
torchvision swin_v2_t
torchvision vit_b_16
torchvision maxvit_t
"""
OWN = ["bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet", "zfnet512"]


class Scaled(torch.nn.Module):
    """Scores far enough apart that probabilities differ."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.factor = inner, 1.0

    def forward(self, x):
        return self.factor * self.inner(x)


def made(library, name):
    """The network, ready to predict, and an input of two images."""
    torch.manual_seed(0)
    if library == "timm":
        model = timm.create_model(name, pretrained=False, num_classes=10, exportable=True)
        size = model.pretrained_cfg["input_size"][-1]
    else:
        more = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
        model, size = torchvision.models.get_model(name, weights=None, num_classes=10, **more), 224
    for key, weight in model.named_parameters():
        if weight.ndim == 1 and weight.abs().max() < 0.01 and "bias" not in key:  # a layer's scale of 1e-6 would hide it
            torch.nn.init.uniform_(weight, 0.1, 0.3)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    whole, x = Scaled(model).eval(), torch.randn(2, 3, size, size)
    with torch.no_grad():
        spread = float(whole(x).std())
        if spread == 0:
            raise ValueError("random weights give the same scores for every image")
        whole.factor = 3 / spread
        return whole, x, whole(x)


def of_torch(library, name, folder, opset, dynamo):
    exporter = "torch.export" if dynamo else "traced"
    path = os.path.join(folder, f"{library} {name}, {exporter}, opset {opset}.onnx")
    if os.path.exists(path):
        return
    part = path + ".part"
    try:
        model, x, y = made(library, name)
        if dynamo:
            torch.onnx.export(model, (x,), part, opset_version=opset, dynamo=True, external_data=False, verbose=False,
                              dynamic_shapes=({0: torch.export.Dim("batch")},))
        else:
            torch.onnx.export(model, x, part, opset_version=opset, dynamo=False, input_names=["x"], output_names=["y"],
                              dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})
        x = x.numpy()
        [told] = onnxruntime.InferenceSession(part).run(None, {onnxruntime.InferenceSession(part).get_inputs()[0].name: x})
        if abs(told - y.numpy()).max() > 1e-3:
            raise ValueError(f"ONNX Runtime's answer is {abs(told - y.numpy()).max():.1e} off PyTorch's")
    except Exception as error:  # its exporter's own limits are none of ours
        print(f"not exported: {path}: {str(error).splitlines()[0][:200]}", flush=True)
        return
    x.tofile(path + ".x")
    y.numpy().tofile(path + ".y")
    os.rename(part, path)
    print(os.path.basename(path), flush=True)


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
    session = onnxruntime.InferenceSession(model.SerializeToString())
    entry = session.get_inputs()[0]
    x = rng.standard_normal(entry.shape).astype(np.float32)
    x.tofile(path + ".x")
    session.run(None, {entry.name: x})[0].tofile(path + ".y")
    onnx.save(model, path)
    print(os.path.basename(path), flush=True)


if __name__ == "__main__":
    out, *wanted = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for i, line in enumerate(NETWORKS.split("\n")[1:-1]):
        library, name = line.split()
        if wanted and name not in wanted:
            continue
        of_torch(library, name, out, 17 + i % 4, dynamo=False)  # the older exporter ends at 20
        of_torch(library, name, out, 17 + i % 8, dynamo=True)
    for name in [] if wanted else OWN:
        of_onnx(name, os.path.join(out, f"onnx {name}, opset 9.onnx"))
