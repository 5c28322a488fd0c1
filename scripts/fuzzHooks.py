"""Hooks of schemathesis for fuzzServer.ts: ids that are well formed become, most of the time, those of things that are there."""
import json
import os
import random
import uuid

import schemathesis

KNOWN = json.loads(os.environ["LEUKOGRAM_KNOWN"])
chance = random.Random(0)


def known(name, value):
    try:
        uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        return value
    return chance.choice(KNOWN[name]) if KNOWN.get(name) and chance.random() < 0.8 else value


@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in (case.path_parameters or {}).items():
        # A model's name may be any text.
        if name == "model" and chance.random() < 0.5:
            case.path_parameters[name] = chance.choice(KNOWN["model"])
        else:
            case.path_parameters[name] = known(name, value)
    for name, value in (case.query or {}).items():
        case.query[name] = known(name, value)
    changes = case.body.get("changes") if isinstance(case.body, dict) else None
    for change in changes if isinstance(changes, list) else []:
        if isinstance(change, dict) and "cell" in change:
            change["cell"] = known("cell", change["cell"])
