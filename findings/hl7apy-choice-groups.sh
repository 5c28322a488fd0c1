#!/usr/bin/env bash
# hl7apy 1.3.5 (PyPI) finds no ORM^O01 valid that orders one thing: of the segments that exclude each other it demands all.
#
# A good guess: where the standard offers a choice (in ORM^O01 one of OBR, RQD, RQ1, RXO, ODS, ODT), a validator wants one of them.
# Found: its tables call the group a "choice" (ORM_O01_OBRRQDRQ1RXOODSODT_SUPPGRP), but the validator goes through it as through a
# sequence: with an OBR alone the message lacks the RQD, and it is valid only with all six, which the standard excludes. So an order as
# every laboratory sends it fails, while OML^O21, which has no choice, passes.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check hl7apy==1.3.5 2> /dev/null
cat > "$place/look.py" <<'PY'
import sys
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

def head(kind):
    return f"MSH|^~\\&|LIS||LAB||20261130||{kind}|1|P|2.5.1\rPID|1||4711^^^H||Lee^Ann\rORC|NW|P-1\r"

def found(text):
    try:
        return Validator.validate(parse_message(text, validation_level=VALIDATION_LEVEL.STRICT))
    except HL7apyException as error:
        return str(error)

obr = "OBR|1|P-1||DIFF^Differential^L\r"
alone = found(head("ORM^O01^ORM_O01") + obr)
others = "RQD|1\rRQ1|1\rRXO|A^B^L\rODS|D||A^B^L\rODT|A^B^L\r"
together = found(head("ORM^O01^ORM_O01") + obr + others)
oml = found(head("OML^O21^OML_O21") + obr)
print("ORM^O01 with OBR:", alone)
print("ORM^O01 with OBR, RQD, RQ1, RXO, ODS and ODT:", together)
print("OML^O21 with OBR:", oml)
sys.exit(0 if "Missing required child" in str(alone) and oml is True else 1)
PY
"$place/venv/bin/python" "$place/look.py" || { echo "changed: it is otherwise now"; exit 1; }
