#!/usr/bin/env bash
# hl7 0.4.5 (PyPI) writes escape sequences that no reader of HL7 v2 can take: a line feed becomes \X a\.
#
# A good guess: escape() of a library for HL7 writes a character outside ASCII, or a control character, as \Xhh\, two hexadecimal digits
# a byte, in the bytes of the message's character set; what it writes, others can read.
# Found: (1) the digits are padded with a blank, not with a zero: "\n" is written as \X a\. Its own unescape() reads that again, as
# Python's int() forgives the blank, so that a round trip hides it; a strict reader refuses the message. (2) Characters beyond ASCII are
# written as their code points, also beyond a byte: "Ł" is \X141\, an odd count of digits, and "é" is \Xe9\ also in a message in UTF-8,
# where that byte alone is no character. And \XC3A9\ of a message in UTF-8 is read as two characters, "Ã©".
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check hl7==0.4.5 2> /dev/null
cat > "$place/look.py" <<'PY'
import re
import sys
import hl7

message = hl7.parse("MSH|^~\\&|LIS||LAB||20261130||ORU^R01|1|P|2.5.1||||||UNICODE UTF-8\r")
written = {text: message.escape(text) for text in ("a\nb", "\x07", "Ł", "é")}
for text, escaped in written.items():
    print(f"{text!r} is written as {escaped}, and read again by hl7 as {message.unescape(escaped)!r}")
read = message.unescape("\\XC3A9\\")
print(f"\\XC3A9\\ is read as {read!r}")
is_padded = written["a\nb"] == "a\\X a\\b" and not re.search(r"\\X([0-9A-Fa-f]{2})+\\", written["a\nb"])
sys.exit(0 if is_padded and written["Ł"] == "\\X141\\" and read == "Ã©" else 1)
PY
"$place/venv/bin/python" "$place/look.py" || { echo "changed: it is otherwise now"; exit 1; }
