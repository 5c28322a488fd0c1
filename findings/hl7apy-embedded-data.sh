#!/usr/bin/env bash
# hl7apy 1.3.5: strict validation of a version 2.5.1 message lets the data of an ED value (ED.5, in Base64: a report's PDF) have 199 characters.
#
# A good guess: 65,536, which is what HL7 2.5.1 gives ED.5 and hl7apy its own type TX; or no limit, as for all values by tolerant validation.
# Found: OBX-5 stays of the type "varies" with untyped parts even if OBX-2 says ED, and such parts have the limit of ST, 199: no PDF passes, and `MLLPServer` closes the connection of such a message without an answer.
# Hex is no way out, as the limit is of characters. Seen 2026-12-01 with Python 3.11:
#   strict: 199 pass, 200 MaxLengthReached; tolerant: 200 pass
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q hl7apy==1.3.5
"$place/venv/bin/python" - <<'PY'
import sys
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import MaxLengthReached
from hl7apy.parser import parse_message


def outcome(length, level):
    text = "\r".join(
        [
            "MSH|^~\\&|LAB|SITE|LIS|SITE|20261201120000||ORU^R01^ORU_R01|1|P|2.5.1",
            "PID|1||4711^^^SITE||Doe^Jane",
            "OBR|1||26-1|69738-3^Differential panel^LN|||20261201110000",
            "OBX|1|ED|18842-5^Report^LN||^AP^PDF^Base64^" + "A" * length + "||||||F",
            "",
        ]
    )
    try:
        parse_message(text, validation_level=level, find_groups=True)
        return "pass"
    except MaxLengthReached:
        return "MaxLengthReached"


strict, tolerant = VALIDATION_LEVEL.STRICT, VALIDATION_LEVEL.TOLERANT
seen = [outcome(199, strict), outcome(200, strict), outcome(200, tolerant)]
print(f"strict: 199 {seen[0]}, 200 {seen[1]}; tolerant: 200 {seen[2]}")
sys.exit(0 if seen == ["pass", "MaxLengthReached", "pass"] else 1)
PY
