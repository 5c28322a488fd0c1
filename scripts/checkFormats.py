"""Makes models with the real Keras for scripts/checkFormats.ts, and judges what that wrote.

    python scripts/checkFormats.py make DIR     # models of keras.applications, random weights, with inputs and outputs
    npx tsx scripts/checkFormats.ts DIR         # reads them, asks them, writes them in every format
    python scripts/checkFormats.py judge DIR    # loads what was written in Keras 3, tf_keras and ONNX Runtime, and compares

    npx tsx scripts/checkFormats.ts own DIR FILE.onnx...   # asks models that `convert` wrote, with their preprocessing
    python scripts/checkFormats.py own DIR                 # onnx.checker and ONNX Runtime on the same pixels

KERAS_BACKEND=torch or jax judges by those; tf_keras and ONNX Runtime then stay out.
Needs keras, tensorflow (or torch, jax), tf_keras, onnx, onnxruntime, numpy.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import keras

APPLICATIONS = {
    "VGG16": dict(shape=64),
    "ResNet50": dict(shape=64),
    "ResNet50V2": dict(shape=64),
    "DenseNet121": dict(shape=64),
    "MobileNet": dict(shape=64),
    "MobileNetV2": dict(shape=64),
    "MobileNetV3Small": dict(shape=64),
    "MobileNetV3Large": dict(shape=64),
    "EfficientNetB0": dict(shape=64),
    "EfficientNetV2B0": dict(shape=64),
    "InceptionV3": dict(shape=96),
    "Xception": dict(shape=96),
    "NASNetMobile": dict(shape=64),
    "ConvNeXtTiny": dict(shape=64),
}


def make(folder):
    os.makedirs(folder, exist_ok=True)
    for name, settings in APPLICATIONS.items():
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        shape = (settings["shape"], settings["shape"], 3)
        base = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=shape)
        x = keras.layers.GlobalAveragePooling2D()(base.output)
        model = keras.Model(base.input, keras.layers.Dense(5, activation="softmax")(x), name=name.lower())
        rng = np.random.default_rng(2)
        for layer in model.layers:  # statistics as after some training, so that signs and sizes count
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.set_weights([w + 0.1 * rng.random(w.shape).astype("float32") for w in layer.get_weights()])
        images = (255 * rng.random((2, *shape))).astype("float32")
        if name not in ("MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"):
            images = images / 127.5 - 1
        features = np.asarray(keras.Model(model.input, model.layers[-2].output)(images, training=False))
        kernel, bias = model.layers[-1].get_weights()  # so that probabilities are far from even
        spread = np.std(features @ kernel) + 1e-6
        model.layers[-1].set_weights([2 * kernel / spread, bias])
        probabilities = np.asarray(model(images, training=False))
        model.save(f"{folder}/{name}.keras")
        model.save(f"{folder}/{name}.h5")
        np.savez(f"{folder}/{name}.npz", images=images, probabilities=probabilities)
    versions = {"keras": keras.__version__, "numpy": np.__version__}
    json.dump(versions, open(f"{folder}/versions.json", "w"))


def judge(folder):
    backend = keras.backend.backend()
    for name in filter(lambda name: os.path.exists(f"{folder}/{name}.npz"), APPLICATIONS):
        known = np.load(f"{folder}/{name}.npz")

        def told(program, file, load):
            if not os.path.exists(f"{folder}/written/{name}/{file}"):
                return
            try:
                model = load(f"{folder}/written/{name}/{file}")
                found = keras.ops.convert_to_numpy(model(known["images"]))
                print(f"| {name} | {program} | {file} | {np.abs(found - known['probabilities']).max():.1e} |")
            except Exception as error:  # what a program does not load is a result
                print(f"| {name} | {program} | {file} | {str(error).splitlines()[0][:90]} |")

        load = lambda path: keras.saving.load_model(path, compile=False)
        told(f"Keras {keras.__version__} on {backend}", "model.keras", load)
        told(f"Keras {keras.__version__} on {backend}", "model.h5", load)
        told(f"Keras {keras.__version__} on {backend}", "model.weights.h5", lambda path: weights_into(load(f"{folder}/written/{name}/model.keras"), path))
        if backend != "tensorflow":
            continue
        told("tf_keras", "model.h5", load_tf_keras)
        told("onnx.checker, ONNX Runtime", "model.onnx", load_onnx)
        told("onnx.checker, ONNX Runtime", "half.onnx", load_onnx)


def weights_into(model, path):
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    model.load_weights(path)
    return model


def load_tf_keras(path):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras

    return tf_keras.models.load_model(path, compile=False)


def load_onnx(path):
    import onnx
    import onnxruntime

    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {session.get_inputs()[0].name: images})[0]


def own(folder):
    for told in json.load(open(f"{folder}/own.json")):
        images = np.fromiter((7 * i % 251 for i in range(np.prod(told["shape"]))), "uint8").reshape(told["shape"])
        found = load_onnx(told["file"])(images)
        distance = np.abs(found.ravel() - told["probabilities"]).max()
        print(f"| {os.path.basename(told['file'])} | {os.path.getsize(told['file']) / 1e6:.2f} MB | {distance:.1e} |")


{"make": make, "judge": judge, "own": own}[sys.argv[1]](sys.argv[2])
