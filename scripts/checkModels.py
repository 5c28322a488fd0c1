"""Makes backbones with the real Keras and the real timm for scripts/checkModels.ts, and the golden of tests/models.

    python scripts/checkModels.py make DIR [NAME...]      # weights files as Keras and timm publish them, random; outputs, gradients
    npx tsx scripts/checkModels.ts DIR [NAME...]          # loads the files, compares
    python scripts/checkModels.py golden FILE [NAME...]   # a few numbers of each, from weights that a formula gives

Needs keras, tensorflow, torch, timm, h5py, numpy.
"""
import hashlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.saving import legacy_h5_format
from keras.src.utils import file_utils
from timmModels import StandIn, to_timm, vit_paths

BATCH = 4
LABELS = [1, 3, 0, 4]
IMAGENET = {"mean": [0.485, 0.456, 0.406], "variance": [0.229, 0.224, 0.225], "count": 0}

# Name in the registry: class of keras.applications, name of the file without top, module with preprocess_input.
APPLICATIONS = {
    "vgg16": ("VGG16", "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "vgg16"),
    "resnet50": ("ResNet50", "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "resnet"),
    "densenet121": ("DenseNet121", "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5", "densenet"),
    "efficientnetb0": ("EfficientNetB0", "efficientnetb0_notop.h5", "efficientnet"),
    "mobilenetv3small": ("MobileNetV3Small", "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5", "mobilenet_v3"),
    "mobilenetv3large": ("MobileNetV3Large", "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5", "mobilenet_v3"),
    "convnexttiny": ("ConvNeXtTiny", "convnext_tiny_notop.h5", "convnext"),
}


def uniform(name, count):
    """Numbers in [0, 1) that follow from a name alone: FNV-1a, then the finaliser of MurmurHash3 over the index."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
        h ^= h >> np.uint32(16)
    return h / 4294967296.0


def fill(path, shape, depthwise=False, normalizes=False):
    """A weight's entries: kernels as He et al. 2015 spread them, statistics as after some training.

    What a batch normalisation gives is mostly above 0: at 0 a ReLU has two slopes, and which one counts is then a matter
    of rounding, in Keras as here.
    """
    *_, name = path.split("/")
    if "normalization/" in path and name in IMAGENET and "layer_normalization" not in path:
        return np.array(IMAGENET[name], dtype="float32")
    u = uniform(path, int(np.prod(shape))).reshape(shape)
    if name == "kernel":
        inputs = np.prod(shape[:-1])
        if depthwise:
            inputs = shape[0] * shape[1]
        if len(shape) == 3:  # of an attention: [D, heads, dim], and back [heads, dim, D]
            inputs = shape[0] * shape[1] if "attention_output" in path else shape[0]
        values = (2 * u - 1) * np.sqrt(6 / inputs)
    elif name == "gamma":
        values = 0.2 + 0.1 * u if normalizes else 0.8 + 0.4 * u
    elif name == "beta" and normalizes:
        values = 0.5 + 0.2 * u
    elif name == "moving_variance":
        values = 0.5 + u
    else:
        values = (2 * u - 1) * {"bias": 0.1, "cls": 0.5, "pe": 0.5}.get(name, 0.2)
    return values.astype("float32")


def images_of(size):
    """Noise on a colour of its own for each image."""
    noise = uniform("images", BATCH * size * size * 3).reshape(BATCH, size, size, 3)
    colours = uniform("colours", BATCH * 3).reshape(BATCH, 1, 1, 3)
    return np.floor(128 * noise + 128 * colours).astype("uint8")


def flat_layers(model):
    for layer in model.layers:
        if isinstance(layer, keras.Sequential):
            yield from layer.layers
        else:
            yield layer


def variables(model):
    """Each layer's variables by our paths; Keras has no name for what LayerScale learns."""
    for layer in flat_layers(model):
        for variable in layer.weights:
            name = "gamma" if variable.name.startswith("variable") else variable.name
            yield f"{layer.name}/{name}", layer, variable


def applications(name, size, weights):
    application, _, _ = APPLICATIONS[name]
    keras.backend.clear_session()
    make = getattr(keras.applications, application)
    return make(include_top=False, weights=weights, input_shape=(size, size, 3), pooling="avg")


def keras_backbone(name, size, file):
    """The model as keras.applications makes it for weights="imagenet", given our file in place of the published one."""
    model = applications(name, size, None)
    for path, layer, variable in variables(model):
        kinds = [isinstance(layer, kind) for kind in (keras.layers.DepthwiseConv2D, keras.layers.BatchNormalization)]
        variable.assign(fill(path, variable.shape, *kinds))
    with h5py.File(file, "w") as opened:
        legacy_h5_format.save_weights_to_hdf5_group(opened, model)
    fetch, file_utils.get_file = file_utils.get_file, lambda *_, **__: file
    try:
        model = applications(name, size, "imagenet")
    finally:
        file_utils.get_file = fetch
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return model


def chosen(gradients, count):
    """Some of them, evenly; those that are 0 but for rounding, as of a bias before a batch normalisation, are none."""
    largest = {path: np.abs(g).max() for path, g in gradients.items()}
    paths = [path for path in gradients if largest[path] > 1e-4 * max(largest.values())]
    return {paths[i]: gradients[paths[i]] for i in np.linspace(0, len(paths) - 1, count).astype(int)}


def head_on(features):
    """Kernel and bias of the last layer, and the power of two that makes the logits neither even nor certain."""
    kernel = fill("predictions/kernel", (features.shape[1], 5))
    scale = 2.0 ** np.round(-np.log2(np.std(features @ kernel)))
    return (scale * kernel).astype("float32"), fill("predictions/bias", (5,)), scale


def keras_numbers(name, size, file, count):
    model = keras_backbone(name, size, file)
    layers = [f"{path} {tuple(variable.shape)}" for path, _, variable in variables(model)]
    images = images_of(size)
    prepare = getattr(keras.applications, APPLICATIONS[name][2]).preprocess_input
    x = tf.constant(prepare(images.astype("float32")))
    features = model(x, training=False)
    kernel, bias, scale = head_on(np.asarray(features))
    numbers = {"features": np.asarray(features), "probabilities": np.asarray(tf.nn.softmax(features @ kernel + bias))}
    numbers["scale"] = np.float32(scale)
    by_path = {path: (layer, v) for path, layer, v in variables(model) if v.trainable}
    for mode in ("frozen", "training"):
        still = keras.layers.BatchNormalization if mode == "frozen" else ()
        paths = [path for path, (layer, _) in by_path.items() if not isinstance(layer, still)]
        with tf.GradientTape() as tape:
            logits = model(x, training=mode == "training") @ kernel + bias
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [by_path[path][1].value for path in paths])
        numbers[f"{mode}.loss"] = np.asarray(loss)
        found = chosen({path: np.asarray(g) for path, g in zip(paths, gradients)}, count)
        numbers |= {f"{mode} {path}": g for path, g in found.items()}
    return images, numbers, layers


def timm_numbers(size, file, count, kind="vit_base_patch16_224"):
    sys.meta_path.insert(0, StandIn())
    import timm
    import torch
    from safetensors.torch import save_file

    model = timm.create_model(kind, num_classes=0, img_size=size).eval()
    dim, depth, heads = model.embed_dim, len(model.blocks), model.blocks[0].attn.num_heads
    table = list(vit_paths(depth, dim, heads, model.pos_embed.shape[1]))
    parts = {}
    for path, shape, theirs, _ in table:
        parts.setdefault(theirs, []).append(to_timm(path, fill(path, shape)))
    tensors = {name: torch.tensor(np.ascontiguousarray(np.concatenate(p) if len(p) > 1 else p[0])) for name, p in parts.items()}
    model.load_state_dict(tensors, strict=True)
    if file is not None:
        head = {"head.weight": torch.zeros(1000, dim), "head.bias": torch.zeros(1000)}
        save_file({**tensors, **head}, file)
    images = images_of(size)
    x = torch.tensor(images.transpose(0, 3, 1, 2).astype("float32") / 127.5 - 1)
    features = model(x)
    kernel, bias, scale = head_on(features.detach().numpy())
    kernel, bias = torch.tensor(kernel), torch.tensor(bias)
    logits = features @ kernel + bias
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    gradients = {name: p.grad.numpy() for name, p in model.named_parameters()}
    numbers = {"features": features.detach().numpy(), "probabilities": logits.softmax(1).detach().numpy()}
    numbers |= {"training.loss": loss.detach().numpy(), "scale": np.float32(scale)}
    found = chosen({path: ours(gradients[theirs]) for path, _, theirs, ours in table}, count)
    numbers |= {f"training {path}": g for path, g in found.items()}
    return images, numbers, {"timm": timm.__version__, "torch": torch.__version__}


def make(folder, names):
    os.makedirs(folder, exist_ok=True)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    for name in names:
        if name == "vitb16":
            images, numbers, others = timm_numbers(64, f"{folder}/model.safetensors", 16)
            versions |= others
        else:
            images, numbers, _ = keras_numbers(name, 64, f"{folder}/{APPLICATIONS[name][1]}", 16)
        np.savez(f"{folder}/{name}.npz", images=images, **{k: np.array(v, order="C") for k, v in numbers.items()})
        print(name, flush=True)
    files = {name: file for name, (_, file, _) in APPLICATIONS.items()} | {"vitb16": "model.safetensors"}
    json.dump({"files": files, "size": 64, "labels": LABELS, "versions": versions}, open(f"{folder}/index.json", "w"))


def few(values, count):
    """Entries at even distances, and the largest."""
    flat = np.asarray(values, dtype="float64").reshape(-1)
    places = np.linspace(0, flat.size - 1, min(count, flat.size)).astype(int)
    return {"places": places.tolist(), "values": [float(f"{v:.7g}") for v in flat[places]], "largest": float(f"{np.abs(flat).max():.7g}")}


def golden(file, names):
    out = json.load(open(file)) if os.path.exists(file) else {}
    for name in names:
        size = 32 if name == "vgg16" else 64
        if name == "vitb16":  # as timm's vit_tiny: same blocks, less wide
            _, numbers, _ = timm_numbers(size, None, 6, "vit_tiny_patch16_224")
            layers = None
        else:
            _, numbers, layers = keras_numbers(name, size, f"/tmp/{os.getpid()}.h5", 6)
            os.remove(f"/tmp/{os.getpid()}.h5")
        found = {key: few(value, 20 if key == "probabilities" else 6) for key, value in numbers.items()}
        entry = {"size": size, "numbers": found}
        if layers is not None:
            entry["weights"] = {"count": len(layers), "sha256": hashlib.sha256("\n".join(layers).encode()).hexdigest()}
        out[name] = entry
    json.dump(out, open(file, "w"), indent=1)


{"make": make, "golden": golden}[sys.argv[1]](sys.argv[2], sys.argv[3:] or [*APPLICATIONS, "vitb16"])
