"""Makes graph models with TensorFlow.js's own converter for scripts/checkTensorflowGraph.ts, with what TensorFlow answers.

    pip install keras tensorflow-cpu && pip install --no-deps tensorflowjs
    python scripts/checkTensorflowGraph.py DIR
    npx tsx scripts/checkTensorflowGraph.ts DIR TFJS

The converter asks for packages that it does not use here and that do not go with newer ones; stand-ins are given to it.
"""
import os
import sys
from unittest.mock import MagicMock, patch

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
import keras
from keras import layers

for name in ("tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental", "tf_keras"):
    sys.modules[name] = MagicMock()
np.object, np.bool = object, bool  # NumPy's old names
from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter


def application(name, size, **settings):
    base = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(size, size, 3), **settings)
    return base.input, layers.GlobalAveragePooling2D()(base.output)


def fused():
    """Every operator that the converter fuses, and padding of every kind."""
    image = x = keras.Input((33, 29, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", activation="relu6", depth_multiplier=2)(x)
    x = layers.ZeroPadding2D(((1, 2), (0, 1)))(x)
    x = layers.Conv2D(12, (3, 5), activation="elu", padding="valid")(x)
    x = layers.LeakyReLU(0.1)(x)
    x = layers.Conv2D(12, 3, dilation_rate=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.PReLU(shared_axes=[1, 2], alpha_initializer=keras.initializers.Constant(0.2))(x)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.AveragePooling2D(3, 1, padding="same")(x)
    x = layers.SeparableConv2D(16, 3, activation="sigmoid")(x)
    x = layers.Flatten()(x)
    return image, layers.Dense(20, activation="relu")(x)


def gelu(x):
    return keras.activations.gelu(x, approximate=True)  # TensorFlow.js has no Erfc, which the exact one is made of


def plain():
    """Arithmetic, shapes and activations that are several nodes in TensorFlow."""
    image = x = keras.Input((24, 24, 3))
    x = layers.Rescaling(1 / 3, 0.1)(x)
    x = layers.Conv2D(8, 3, activation=gelu)(x)
    x = layers.LayerNormalization()(x)
    x = layers.Cropping2D(((1, 2), (0, 1)))(x)
    gate = layers.Reshape((1, 1, 8))(layers.GlobalAveragePooling2D()(x))
    gate = layers.Conv2D(8, 1, activation="hard_sigmoid")(layers.Conv2D(4, 1, activation="swish")(gate))
    x = layers.Multiply()([x, gate])
    x = layers.Concatenate()([x, layers.Conv2D(8, 1, activation="selu")(x)])
    x = layers.Conv2D(8, 3, activation="tanh")(x)
    x = layers.Add()([x, layers.Conv2D(8, 1, activation="softplus")(x)])
    x = layers.Conv2D(6, 1, activation="mish")(x)
    x = layers.Subtract()([layers.MaxPooling2D(3, 1, padding="same")(x), x])
    return image, layers.GlobalMaxPooling2D()(x)


MODELS = {
    "MobileNetV2": lambda: application("MobileNetV2", 96, alpha=0.35),
    "ResNet50": lambda: application("ResNet50", 64),
    "EfficientNetB0": lambda: application("EfficientNetB0", 64),
    "MobileNetV3Small": lambda: application("MobileNetV3Small", 64),
    "DenseNet121": lambda: application("DenseNet121", 64),
    "Fused": fused,
    "Plain": plain,
}
OWN_SCALING = ("MobileNetV3Small", "EfficientNetB0")


def make(folder, name, quantized):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    image, features = MODELS[name]()
    model = keras.Model(image, layers.Dense(5, activation="softmax")(features), name=name.lower())
    rng = np.random.default_rng(2)
    for layer in model.layers:  # as after some training; the converter leaves out biases of 0 and factors of 1
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([w + 0.1 * rng.random(w.shape).astype("float32") for w in layer.get_weights()])
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(0.1 * rng.normal(size=layer.bias.shape))
    images = (255 * rng.random((2, *model.input_shape[1:]))).astype("float32")
    if name not in OWN_SCALING:
        images = images / 127.5 - 1
    found = np.asarray(keras.Model(model.input, model.layers[-2].output)(images, training=False))
    kernel, bias = model.layers[-1].get_weights()  # so that probabilities are far from even
    model.layers[-1].set_weights([2 * kernel / (np.std(found @ kernel) + 1e-6), bias])
    saved = f"{folder}/{name}/saved"
    model.export(saved, verbose=False)
    converter.convert_tf_saved_model(saved, f"{folder}/{name}/float32")
    with patch.object(converter, "optimize_graph", lambda graph, *_, **__: graph.as_graph_def()):
        converter.convert_tf_saved_model(saved, f"{folder}/{name}/frozen")
    for dtype in quantized:
        converter.convert_tf_saved_model(saved, f"{folder}/{name}/{dtype}", quantization_dtype_map={dtype: "*"})
    np.savez(f"{folder}/{name}/io.npz", images=images, probabilities=np.asarray(model(images, training=False)))


if __name__ == "__main__":
    for each in sys.argv[2:] or MODELS:
        make(sys.argv[1], each, ("uint8", "uint16", "float16") if each in ("MobileNetV2", "Fused") else ())
        print(each, flush=True)
    print(f"Keras {keras.__version__}, TensorFlow {tf.__version__}, NumPy {np.__version__}")
