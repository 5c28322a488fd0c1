"""Reference precision-recall curves, by scikit-learn.

python make_curves.py > curves.json
"""
import json

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, precision_recall_curve

rng = np.random.default_rng(7)
cases = []
for n, ties in ((40, False), (60, True), (25, True)):
    positive = (rng.random(n) < 0.4).astype(int)
    scores = rng.normal(0, 1, n) + positive
    scores = np.round(scores, 1 if ties else 6)
    precision, recall, thresholds = precision_recall_curve(positive, scores)
    cases.append(
        {
            "positive": positive.tolist(),
            "scores": scores.tolist(),
            "precision": precision.tolist(),
            "recall": recall.tolist(),
            "thresholds": thresholds.tolist(),
            "averagePrecision": float(average_precision_score(positive, scores)),
        }
    )
print(json.dumps({"sklearn": sklearn.__version__, "cases": cases}))
