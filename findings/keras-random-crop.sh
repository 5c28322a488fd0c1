#!/usr/bin/env bash
# Keras 3.15.1: a RandomCrop in a Functional model gives another shape at prediction than the model says.
#
# A good guess: as its documentation says, RandomCrop(24, 24) crops the middle, or resizes, where the model predicts, and the
# model's output shape (None, 24, 24, 3) is what predict returns.
# Found: predict returns the pictures as they are, 32 x 32, while model.output_shape says 24 x 24: layers behind it that count
# pixels (Flatten, Dense) fail when the model runs.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet keras==3.15.1 jax==0.10.2 numpy==2.2.6
cat > "$place/look.py" <<'PY'
import sys
import numpy as np
import keras

x = keras.Input((32, 32, 3))
model = keras.Model(x, keras.layers.RandomCrop(24, 24)(x))
picture = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype("float32")
answer = np.asarray(model.predict(picture, verbose=0))
print("keras", keras.__version__, "says", model.output_shape, "gives", answer.shape, "the same pixels:", answer.shape == picture.shape and bool((answer == picture).all()))
sys.exit(0 if model.output_shape == (None, 24, 24, 3) and answer.shape == (1, 32, 32, 3) else 1)
PY
KERAS_BACKEND=jax TF_CPP_MIN_LOG_LEVEL=3 "$place/venv/bin/python" "$place/look.py" 2> "$place/errors" || { tail -3 "$place/errors"; echo "changed: it is otherwise now"; exit 1; }
