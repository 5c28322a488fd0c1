"""Reference figures of calibration, conformal sets and resampled tests, by scikit-learn, SciPy and MAPIE.

python make_statistics.py > statistics.json
"""
import json
import warnings

import mapie
import numpy as np
import scipy
import sklearn
from mapie.classification import SplitConformalClassifier
from scipy import optimize, stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20)
N, K = 300, 4
labels = rng.integers(0, K, N)
logits = rng.normal(0, 1.2, (N, K)) + 2.5 * np.eye(K)[labels]
probabilities = np.exp(2 * logits) / np.exp(2 * logits).sum(1, keepdims=True)
probabilities = np.round(probabilities, 6)
probabilities /= probabilities.sum(1, keepdims=True)
predicted = probabilities.argmax(1)
confidence = probabilities.max(1)
right = (predicted == labels).astype(int)


def scaled(temperature):
    raised = np.maximum(probabilities, 1e-300) ** (1 / temperature)
    return raised / raised.sum(1, keepdims=True)


temperature = optimize.minimize_scalar(
    lambda t: log_loss(labels, scaled(t)), bounds=(0.05, 20), method="bounded", options={"xatol": 1e-9}
).x


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose input is its answer."""

    def fit(self, X, y):
        self.classes_ = np.arange(K)
        self.is_fitted_ = True
        return self

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return np.asarray(X).argmax(1)


half = N // 2
conformal = SplitConformalClassifier(
    Given().fit(None, None), confidence_level=0.9, conformity_score="lac", prefit=True
)
conformal.conformalize(probabilities[:half], labels[:half])
sets = conformal.predict_set(probabilities[half:])[1][:, :, 0]


def bins_of(strategy):
    share, mean = calibration_curve(right, confidence, n_bins=10, strategy=strategy)
    return {"accuracy": share.tolist(), "confidence": mean.tolist()}


differences = [0.021, 0.008, 0.035, -0.004, 0.017, 0.026, 0.011, 0.03, -0.009, 0.019]
d = np.array(differences)
corrected = d.mean() / np.sqrt((1 / len(d) + 1 / 4) * d.var(ddof=1))
plain = stats.ttest_1samp(d, 0)

print(
    json.dumps(
        {
            "versions": {m.__name__: m.__version__ for m in (np, scipy, sklearn, mapie)},
            "labels": labels.tolist(),
            "probabilities": probabilities.tolist(),
            "binsByWidth": bins_of("uniform"),
            "binsByMass": bins_of("quantile"),
            "temperature": temperature,
            "lossAtTemperature": log_loss(labels, scaled(temperature)),
            "conformalSets": [np.flatnonzero(row).tolist() for row in sets],
            "differences": differences,
            "correctedP": 2 * stats.t.sf(abs(corrected), len(d) - 1),
            "plainP": plain.pvalue,
            "plainLimits": list(plain.confidence_interval(0.95)),
            "studentSurvival": [[t, n, stats.t.sf(t, n)] for t in (-1.5, 0, 0.3, 2.5, 12) for n in (1, 4, 30)],
        }
    )
)
