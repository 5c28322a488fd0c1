"""Grad-CAM and integrated gradients of cnn_3.h5 by TensorFlow's GradientTape, on the decoded reference pixels.

python make_explain.py ../../../shared > explain.json
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

shared = sys.argv[1]
SIZE, STEPS, GRID = 350, 32, 10
model = keras.models.load_model(f"{shared}/models/cnn_3.h5", compile=False)
head = model.layers[-1]


def logits_of(picture, tape=None, watched=None):
    """Layer by layer, up to what the softmax takes; pixels were divided by 255 before the model, which does so again."""
    x, maps = tf.convert_to_tensor(picture / 255.0, tf.float32), None
    for layer in model.layers[:-1]:
        x = layer(x, training=False)
        if layer.name == watched:
            tape.watch(x)
            maps = x
    return tf.matmul(x, head.kernel) + head.bias, maps


def grad_cam(picture, target, layer):
    """Selvaraju et al. 2017, equations 1 and 2."""
    with tf.GradientTape() as tape:
        logits, maps = logits_of(picture, tape, layer)
        logit = logits[0, target]
    weights = tf.reduce_mean(tape.gradient(logit, maps), axis=(1, 2))[0]
    return tf.nn.relu(tf.reduce_sum(maps[0] * weights, axis=-1)).numpy()


def integrated_gradients(picture, target, baseline):
    """Sundararajan et al. 2017, equation 3, by the midpoint rule."""
    total = np.zeros(picture.shape, np.float64)
    for step in range(STEPS):
        at = tf.constant(baseline + (step + 0.5) / STEPS * (picture - baseline), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(at)
            logit = logits_of(at)[0][0, target]
        total += tape.gradient(logit, at).numpy()
    attributions = (picture - baseline) * total / STEPS
    blocks = attributions[0].reshape(GRID, SIZE // GRID, GRID, SIZE // GRID, 3).sum((1, 3, 4))
    ends = [float(logits_of(x)[0][0, target]) for x in (picture, np.full_like(picture, baseline))]
    return {"blocks": rounded(blocks), "sum": float(attributions.sum()), "logit": ends[0], "baselineLogit": ends[1]}


def rounded(values):
    return [float(f"{value:.6g}") for value in np.ravel(values)]


rows = []
for name in ("BA_1223", "BNE_101007", "LY_104155"):
    raw = np.load(f"{shared}/golden/pixels/{name}.decoded.npy")
    picture = tf.image.resize(raw, (SIZE, SIZE), method="bilinear").numpy()[None]
    probabilities = model(picture / 255.0, training=False).numpy()[0]
    best, other = (int(i) for i in np.argsort(-probabilities)[:2])
    rows.append({
        "picture": name,
        "probabilities": rounded(probabilities),
        "gradCam": [{"target": t, "layer": layer, "map": rounded(grad_cam(picture, t, layer))}
                    for t, layer in ((best, "batch_normalization_9"), (other, "conv2d_8"))],
        "integrated": {"target": best, "baseline": 255, **integrated_gradients(picture, best, 255.0)},
    })
print(json.dumps({"keras": keras.__version__, "tensorflow": tf.__version__, "steps": STEPS, "grid": GRID, "rows": rows}))
