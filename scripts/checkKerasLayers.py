"""Makes a small model with every layer, activation and operator of the real Keras, for scripts/checkKerasLayers.ts.

    python scripts/checkKerasLayers.py DIR [NAMES]                  # Keras 3: .keras and .h5
    TF_USE_LEGACY_KERAS=1 python scripts/checkKerasLayers.py DIR    # tf_keras: .h5 and .keras
    npx tsx scripts/checkKerasLayers.ts DIR                         # reads them, asks them, and prints a table

NAMES is a regular expression. Layers are found by walking keras.layers, so that a new Keras shows what is new: a layer without an entry here is made
with its defaults. Needs keras, tensorflow, tf_keras (or keras on another backend), numpy.
"""
import inspect
import json
import os
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
LEGACY = os.environ.get("TF_USE_LEGACY_KERAS") == "1"
import numpy as np

if LEGACY:
    import tensorflow as tf
    import tf_keras as keras
else:
    import keras
L = keras.layers
GENERATION = "tf_keras" if LEGACY else "keras"

# What can't stand between the image and the scores of a classifier, and why.
ELSEWHERE = {
    "text, tables": "CategoryEncoding Discretization Embedding HashedCrossing Hashing IntegerLookup Masking ReversibleEmbedding StringLookup TextVectorization DenseFeatures",
    "audio": "MelSpectrogram STFTSpectrogram",
    "volumes": "AdaptiveAveragePooling3D AdaptiveMaxPooling3D AveragePooling3D Conv3D Conv3DTranspose ConvLSTM3D Cropping3D GlobalAveragePooling3D GlobalMaxPooling3D MaxPooling3D SpatialDropout3D UpSampling3D ZeroPadding3D",
    "sequences of steps": "Bidirectional ConvLSTM1D ConvLSTM2D GRU GRUCell LSTM LSTMCell RNN SimpleRNN SimpleRNNCell StackedRNNCells AbstractRNNCell",
    "no layer by itself": "InputLayer InputSpec Layer Wrapper",
    "code of others": "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
    "boxes": "MaxNumBoundingBoxes",
}
SKIPPED = {name for names in ELSEWHERE.values() for name in names.split()}

# How a layer is made, several ways: settings, and what it is given (image, row of tokens, or vector).
CONVOLUTION = dict(filters=3, kernel_size=3)
MADE = {
    "Activation": [dict(activation="relu")],
    "AdaptiveAveragePooling1D": [dict(output_size=2)],
    "AdaptiveAveragePooling2D": [dict(output_size=2)],
    "AdaptiveMaxPooling1D": [dict(output_size=2)],
    "AdaptiveMaxPooling2D": [dict(output_size=2)],
    "AlphaDropout": [dict(rate=0.3)],
    "AveragePooling1D": [dict(pool_size=2)],
    "AveragePooling2D": [dict(pool_size=2), dict(pool_size=3, strides=2, padding="same")],
    "BatchNormalization": [{}, dict(scale=False), dict(center=False, epsilon=0.1)],
    "CenterCrop": [dict(height=4, width=5), dict(height=12, width=9)],
    "Concatenate": [{}, dict(axis=1)],
    "Conv1D": [CONVOLUTION],
    "Conv1DTranspose": [CONVOLUTION],
    "Conv2D": [CONVOLUTION, dict(filters=4, kernel_size=(3, 2), strides=2, padding="same", groups=2), dict(filters=3, kernel_size=2, dilation_rate=2, use_bias=False, activation="tanh")],
    "Conv2DTranspose": [CONVOLUTION, dict(filters=2, kernel_size=3, strides=2), dict(filters=2, kernel_size=(2, 3), strides=(3, 2), padding="same", activation="relu"), dict(filters=2, kernel_size=3, strides=2, padding="same", output_padding=1), dict(filters=2, kernel_size=3, strides=2, output_padding=0, use_bias=False), dict(filters=2, kernel_size=3, dilation_rate=2, padding="same")],
    "Cropping2D": [dict(cropping=((1, 2), (0, 3)))],
    "Dense": [dict(units=3), dict(units=3, activation="softmax", use_bias=False)],
    "DepthwiseConv1D": [dict(kernel_size=3)],
    "DepthwiseConv2D": [dict(kernel_size=3), dict(kernel_size=3, depth_multiplier=2, strides=2, padding="same")],
    "Dot": [dict(axes=3)],
    "Dropout": [dict(rate=0.3), dict(rate=0.3, noise_shape=(None, 1, 1, 1))],
    "ELU": [{}, dict(alpha=0.5)],
    "EinsumDense": [dict(equation="abcd,de->abce", output_shape=(8, 8, 5))],
    "GaussianDropout": [dict(rate=0.3)],
    "GaussianNoise": [dict(stddev=0.3)],
    "GlobalAveragePooling2D": [{}, dict(keepdims=True)],
    "GlobalMaxPooling2D": [{}, dict(keepdims=True)],
    "GroupNormalization": [dict(groups=2), dict(groups=-1)],
    "GroupQueryAttention": [dict(head_dim=2, num_query_heads=4, num_key_value_heads=2)],
    "Lambda": [dict(function=lambda x: x / 2)],
    "LayerNormalization": [{}, dict(epsilon=0.1, scale=False), dict(axis=[1, 2, 3])],
    "LeakyReLU": [{}, dict(alpha=0.1) if LEGACY else dict(negative_slope=0.1)],
    "LocallyConnected1D": [CONVOLUTION],
    "LocallyConnected2D": [CONVOLUTION],
    "MaxPooling2D": [{}, dict(pool_size=3, strides=2, padding="same")],
    "MultiHeadAttention": [dict(num_heads=2, key_dim=3), dict(num_heads=2, key_dim=3, value_dim=2, use_bias=False)],
    "Normalization": [{}, dict(mean=[1, 2, 3, 4], variance=[1, 2, 3, 4]), dict(mean=1.0, variance=2.0)],
    "PReLU": [{}, dict(shared_axes=[1, 2])],
    "Permute": [dict(dims=(2, 1, 3)), dict(dims=(3, 1, 2))],
    "Pipeline": [dict(layers=[L.Rescaling(0.5)])],
    "RandAugment": [{}],
    "RandomCrop": [dict(height=8, width=8), dict(height=4, width=5), dict(height=12, width=9)],
    "RandomHeight": [dict(factor=0.2)],
    "RandomWidth": [dict(factor=0.2)],
    "ReLU": [{}, dict(max_value=1.5), dict(negative_slope=0.2, threshold=0.5, max_value=1.0), dict(threshold=-0.5), dict(threshold=0.3)],
    "RepeatVector": [dict(n=3)],
    "Rescaling": [dict(scale=0.5), dict(scale=0.5, offset=-1), dict(scale=[1.0, 2.0, 3.0, 4.0], offset=[0.0, 1.0, 2.0, 3.0])],
    "Reshape": [dict(target_shape=(4, -1))],
    "Resizing": [dict(height=5, width=12), dict(height=5, width=12, interpolation="nearest"), dict(height=5, width=12, crop_to_aspect_ratio=True)],
    "SeparableConv1D": [CONVOLUTION],
    "SeparableConv2D": [CONVOLUTION, dict(filters=3, kernel_size=3, depth_multiplier=2, padding="same", strides=2)],
    "Softmax": [{}, dict(axis=1), dict(axis=[1, 2])],
    "Solarization": [dict(addition_factor=0.3)],
    "SpatialDropout1D": [dict(rate=0.3)],
    "SpatialDropout2D": [dict(rate=0.3)],
    "SpectralNormalization": [lambda: dict(layer=L.Conv2D(**CONVOLUTION))],
    "TimeDistributed": [lambda: dict(layer=L.Dense(3))],
    "UpSampling2D": [{}, dict(size=(2, 3), interpolation="bilinear")],
    "ZeroPadding2D": [dict(padding=((1, 2), (0, 3)))],
}
FACTORS = "RandomBrightness RandomContrast RandomErasing RandomHue RandomRotation RandomSaturation RandomSharpness RandomPosterization RandomColorDegeneration"
for factored in FACTORS.split():
    MADE.setdefault(factored, [dict(factor=0.2) if factored != "RandomPosterization" else dict(factor=4)])
MADE["RandomZoom"] = [dict(height_factor=0.2)]
MADE["RandomTranslation"] = [dict(height_factor=0.2, width_factor=0.2)]
PAIRS = "Add Average Concatenate Dot Maximum Minimum Multiply Subtract"


def given(name, x):
    if name.endswith("1D") or name in ("AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"):
        return L.Reshape((16, 16))(x)
    return L.GlobalAveragePooling2D()(x) if name == "RepeatVector" else x


def through(layer, name, x):
    x = given(name, x)
    if name in PAIRS.split():
        return layer([x, L.Conv2D(4, 1, activation="tanh")(x)])
    if name == "MultiHeadAttention":
        return layer(x, L.Activation("tanh")(x), key=x)
    if name == "GroupQueryAttention":
        return layer(x, x)
    return layer([x, x]) if name in ("AdditiveAttention", "Attention") else layer(x)


def layer_cases():
    for name, found in sorted(vars(L).items() if LEGACY else inspect.getmembers(L)):
        if not inspect.isclass(found) or found.__name__ != name or name in SKIPPED:
            continue
        for i, settings in enumerate(MADE.get(name, [{}])):
            def build(x, settings=settings, found=found, name=name):
                return through(found(**(settings() if callable(settings) else settings)), name, x)

            yield f"{name}{i or ''}", name, build
    if not LEGACY:
        from keras.src.applications.inception_resnet_v2 import CustomScaleLayer
    else:
        from tf_keras.src.applications.inception_resnet_v2 import CustomScaleLayer
    yield "CustomScaleLayer", "CustomScaleLayer", lambda x: CustomScaleLayer(0.2)([x, L.Activation("tanh")(x)])


def activation_cases():
    for name in sorted(dir(keras.activations)):
        if name.startswith("_") or name in ("deserialize", "serialize", "get", "keras", "threshold"):
            continue
        yield f"activation-{name}", name, lambda x, name=name: L.Dense(4, activation=name)(x)
    slope = dict(alpha=0.4) if LEGACY else dict(negative_slope=0.4)
    yield "activation-object", "LeakyReLU", lambda x: L.Conv2D(4, 1, activation=L.LeakyReLU(**slope))(x)
    yield "activation-object-prelu", "PReLU", lambda x: L.Conv2D(4, 1, activation=L.PReLU())(x)
    yield "activation-own", "function", lambda x: L.Dense(4, activation=own_function)(x)


def own_function(x):
    return x * 0.5


def call_cases():
    shared = {
        "minus": lambda x: 255 - x, "over": lambda x: 1 / (x + 9), "less": lambda x: x - 3.0, "share": lambda x: x / 255.0, "product": lambda x: 3 * x,
        "power": lambda x: x**2, "opposite": lambda x: -x, "vector": lambda x: x - np.array([1, 2, 3, 4], "float32"), "sum-of-two": lambda x: x + L.Conv2D(4, 1)(x),
        "less-of-two": lambda x: x - L.Conv2D(4, 1)(x), "product-of-two": lambda x: x * L.Conv2D(4, 1)(x), "share-of-two": lambda x: x / (3 + L.Conv2D(4, 1, activation="tanh")(x)),
        "reverse": lambda x: x[..., ::-1], "part": lambda x: x[:, 2:6, 1:-1, :], "range": lambda x: x[..., 1:3], "one": lambda x: x[:, :, :, 2], "steps": lambda x: x[:, ::2, 1::3],
        "caffe": lambda x: keras.applications.resnet.preprocess_input(x[..., :3]), "torch": lambda x: keras.applications.densenet.preprocess_input(x[..., :3]),
        "tf": lambda x: keras.applications.mobilenet.preprocess_input(x), "training": lambda x: L.BatchNormalization()(x, training=True), "not-training": lambda x: L.BatchNormalization()(x, training=False),
        "dropout": lambda x: L.Dropout(0.5)(x, training=True), "frozen": lambda x: L.BatchNormalization(trainable=False)(x, training=True),
        "causal": lambda x: (lambda t: L.MultiHeadAttention(2, 3)(t, t, use_causal_mask=True))(L.Reshape((16, 16))(x)),
        "key": lambda x: (lambda t: L.MultiHeadAttention(2, 3)(t, value=L.Activation("tanh")(t), key=L.Activation("sigmoid")(t)))(L.Reshape((16, 16))(x)),
        "by-name": lambda x: L.Conv2D(2, 1)(inputs=x), "nested": lambda x: nested()(x), "nested-training": lambda x: nested()(x, training=True), "twice": lambda x: (lambda c: c(c(x)))(L.Conv2D(4, 1)),
    }
    o = keras.activations if LEGACY else keras.ops
    if LEGACY:
        own = {
            "mean": lambda x: tf.reduce_mean(x, [1, 2]), "max": lambda x: tf.reduce_max(x, axis=[1, 2], keepdims=True), "cast": lambda x: tf.cast(x, "float32"), "clip": lambda x: tf.clip_by_value(x, -0.5, 0.5),
            "concat": lambda x: tf.concat([x, x], -1), "relu": lambda x: tf.nn.relu(x), "relu6": lambda x: tf.nn.relu6(x), "leaky": lambda x: tf.nn.leaky_relu(x, 0.3), "silu": lambda x: tf.nn.swish(x), "sigmoid": lambda x: tf.sigmoid(x),
            "softmax": lambda x: tf.nn.softmax(x), "reshape": lambda x: tf.reshape(x, (-1, 4, 64)), "transpose": lambda x: tf.transpose(x, (0, 2, 1, 3)), "maximum": lambda x: tf.maximum(x, 0.1), "resize": lambda x: tf.image.resize(x, (5, 11)),
            "expand": lambda x: tf.expand_dims(L.GlobalAveragePooling2D()(x), 1), "squeeze": lambda x: tf.squeeze(L.GlobalAveragePooling2D(keepdims=True)(x), [1, 2]), "stack": lambda x: tf.stack([x[..., 0], x[..., 1]], -1),
            "abs": lambda x: tf.abs(x), "sqrt": lambda x: tf.sqrt(tf.abs(x)), "add_n": lambda x: tf.add_n([x, x, x]), "left": lambda x: tf.constant([1.0, 2, 3, 4]) - x, "gelu": lambda x: tf.nn.gelu(x, approximate=True), "round": lambda x: tf.round(x),
            "relu-settings": lambda x: keras.activations.relu(x, max_value=1.0, alpha=0.1), "reverse-op": lambda x: tf.reverse(x, [1]), "normalize": lambda x: tf.math.l2_normalize(x, -1),
        }
    else:
        own = {
            "mean": lambda x: o.mean(x, axis=[1, 2]), "max": lambda x: o.max(x, axis=(1, 2), keepdims=True), "sum": lambda x: o.sum(x, axis=-1), "cast": lambda x: o.cast(x, "float32"), "clip": lambda x: o.clip(x, -0.5, 0.5),
            "concat": lambda x: o.concatenate([x, x], axis=-1), "relu": lambda x: o.relu(x), "relu6": lambda x: o.relu6(x), "leaky": lambda x: o.leaky_relu(x, 0.3), "silu": lambda x: o.silu(x), "sigmoid": lambda x: o.sigmoid(x), "elu": lambda x: o.elu(x, 0.5), "celu": lambda x: o.celu(x, 0.5),
            "softmax": lambda x: o.softmax(x), "softmax-axis": lambda x: o.softmax(x, axis=1), "reshape": lambda x: o.reshape(x, (-1, 4, 64)), "transpose": lambda x: o.transpose(x, (0, 2, 1, 3)), "maximum": lambda x: o.maximum(x, 0.1), "resize": lambda x: o.image.resize(x, (5, 11)),
            "resize-nearest": lambda x: o.image.resize(x, (5, 11), interpolation="nearest"), "expand": lambda x: o.expand_dims(L.GlobalAveragePooling2D()(x), 1), "squeeze": lambda x: o.squeeze(L.GlobalAveragePooling2D(keepdims=True)(x), axis=(1, 2)), "stack": lambda x: o.stack([x[..., 0], x[..., 1]], axis=-1),
            "abs": lambda x: o.abs(x), "sqrt": lambda x: o.sqrt(o.abs(x)), "left": lambda x: o.convert_to_tensor([1.0, 2, 3, 4]) - x, "gelu": lambda x: o.gelu(x), "gelu-exact": lambda x: keras.activations.gelu(x), "round": lambda x: o.round(x), "flip": lambda x: o.flip(x, axis=2),
            "relu-settings": lambda x: keras.activations.relu(x, max_value=1.0, negative_slope=0.1), "normalize": lambda x: o.normalize(x, axis=-1), "subtract": lambda x: o.subtract(255, x), "divide": lambda x: o.divide(2.0, x + 9), "exp": lambda x: o.exp(x), "image": lambda x: x * np.ones((1, 8, 8, 4), "float32") * 2,
        }
    for name, build in {**shared, **own}.items():
        yield f"call-{name}", name, build


def nested():
    inner = keras.Input((8, 8, 4))
    return keras.Model(inner, L.BatchNormalization()(L.Conv2D(4, 1)(inner)), name="inner")


def randomised(model, rng):
    for weight in model.weights:
        if "seed" in weight.name or not np.issubdtype(np.dtype(str(weight.dtype).replace("<dtype: '", "").replace("'>", "")), np.floating):
            continue
        values = rng.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1])))
        weight.assign(np.abs(values) + 0.5 if "var" in weight.name else values)
    for layer in model.layers:  # a Normalization computes with what it made of its weights
        if hasattr(layer, "finalize_state") and layer.weights:
            layer.finalize_state()


def made(name, word, build, images, folder):
    keras.backend.clear_session()
    case = dict(name=name, word=word, files=[])
    try:
        entry = keras.Input((8, 8, 4), name="images")
        model = keras.Model(entry, L.Dense(3, name="scores")(L.Flatten()(build(entry))))
        randomised(model, np.random.default_rng(4))
        case["scores"] = np.asarray(model(images, training=False)).ravel().tolist()
    except Exception as error:
        return dict(case, failed=f"{type(error).__name__}: {error}".splitlines()[0][:160])
    for ending in (".keras", ".h5"):
        try:
            path = f"{GENERATION}-{name}{ending}"
            model.save(os.path.join(folder, path))
            case["files"].append(path)
        except Exception as error:
            case["unsaved"] = f"{ending}: {type(error).__name__}: {error}".splitlines()[0][:160]
    return case


def make(folder, wanted=""):
    os.makedirs(folder, exist_ok=True)
    images = np.random.default_rng(3).uniform(-2, 2, size=(2, 8, 8, 4)).astype("float32")
    images.tofile(os.path.join(folder, f"{GENERATION}.bin"))
    cases = []
    for name, word, build in [*layer_cases(), *activation_cases(), *call_cases()]:
        if re.search(wanted, name):
            cases.append(made(name, word, build, images, folder))
            told = dict(version=keras.__version__, shape=list(images.shape), cases=cases)
            with open(os.path.join(folder, f"{GENERATION}.json"), "w") as file:
                json.dump(told, file)
    print(f"{GENERATION} {keras.__version__}: {len(cases)} models, {sum('failed' in case for case in cases)} of which Keras does not make")


make(*sys.argv[1:])
