"""Has reports of a running `leukogram serve` read by a program of others: `fhir.resources`, models of FHIR R4B.

    python3 -m venv venv && venv/bin/pip install fhir.resources==8.0.0
    npx leukogram serve --data /tmp/fhir --port 4180 --model cnn-anylab &
    venv/bin/python scripts/checkFhir.py http://127.0.0.1:4180

It sets the connections of that server, so use one for the check alone. A case of an order is signed, amended twice and voided; another has no order.
Each transaction that comes to this program's own server, and each report by the API, must be read by fhir.resources, be written by it as it came,
and lead from each reference to an entry. Prints what was compared; exits with 1 if anything differs.
"""

import json
import re
import socket
import struct
import sys
import threading
import time
import urllib.request
import uuid
import zlib
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.diagnosticreport import DiagnosticReport

address = sys.argv[1].rstrip("/")
faults = 0
checks = 0
bundles = []


def check(what, found, expected):
    global faults, checks
    checks += 1
    if found != expected:
        faults += 1
        print(f"FAULT {what}: {found!r}, expected {expected!r}")


def ask(line, body=None, kind="application/json"):
    method, path = line.split(" ")
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if data is not None:
        headers["Content-Type"] = kind
    request = urllib.request.Request(f"{address}/api/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read())


def same(model, text):
    """Whether a resource is read, and written as it came, but for how a moment and a number are spelled."""
    try:
        read = model.model_validate_json(text)
    except ValueError as error:
        return str(error)[:500]
    came, written = plain(json.loads(text)), plain(json.loads(read.model_dump_json()))
    return True if came == written else f"written otherwise: {[(a, b) for a, b in zip(leaves(came), leaves(written)) if a != b][:3]}"


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(Decimal(str(value)).normalize())
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
        return datetime.fromisoformat(value.replace("Z", "+00:00")).isoformat()
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return str(Decimal(value).normalize())
    return value


def leaves(value):
    if isinstance(value, dict):
        return [one for child in value.values() for one in leaves(child)]
    return [one for child in value for one in leaves(child)] if isinstance(value, list) else [value]


def references(value):
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "reference":
                yield one
            else:
                yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


class Receive(BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        check("fhir.resources reads the transaction", same(Bundle, text), True)
        bundle = json.loads(text)
        known = {one["fullUrl"] for one in bundle["entry"]}
        check("references", [one for one in references(bundle) if one not in known], [])
        bundles.append(bundle)
        answer = {"resourceType": "Bundle", "type": "transaction-response"}
        answer["entry"] = [{"response": {"status": "200"}} for _ in bundle["entry"]]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


def png(seed):
    side = 32
    rows = b"".join(b"\0" + bytes((seed * 37 + x * y * (c + 1)) % 256 for x in range(side) for c in range(3)) for y in range(side))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def fill(case):
    parts = b""
    for i in range(5):
        parts += b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d.png"\r\n' % i
        parts += b"Content-Type: image/png\r\n\r\n" + png(i) + b"\r\n"
    ask(f"POST cases/{case}/images", parts + b"--b--\r\n", "multipart/form-data; boundary=b")
    while ask(f"GET cases/{case}")["waiting"] > 0:
        time.sleep(0.05)
    labels = ["Neutrophil", "Lymphocyte", "Unidentified", "Artefact", "Smudge"]
    cells = ask(f"GET cases/{case}/cells")["cells"]
    ask(f"POST cases/{case}/labels", {"changes": [{"cell": one["id"], "label": labels[i]} for i, one in enumerate(cells)]})


def sign(case, status):
    before = len(bundles)
    report = ask(f"POST cases/{case}/sign", {"meaning": "seen", "despite": "a check"})["id"]
    came(before, status)
    with urllib.request.urlopen(f"{address}/api/v1/reports/{report}.fhir.json") as response:
        text = response.read().decode()
    check("fhir.resources reads the report", same(DiagnosticReport, text), True)
    check("status of the report", json.loads(text)["status"], status)


def came(before, status):
    for _ in range(600):
        if len(bundles) > before:
            break
        time.sleep(0.05)
    check("status", bundles[-1]["entry"][-1]["resource"]["status"], status)


server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
threading.Thread(target=server.serve_forever, daemon=True).start()
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
settings = ask("GET connections")
settings["orders"] = {"isOn": True, "host": "127.0.0.1", "port": port}
settings["results"] |= {"isOn": True, "protocol": "fhir", "url": f"http://127.0.0.1:{server.server_port}/r4", "report": "embedded"}
ask("PUT connections", settings)
order = (
    "MSH|^~\\&|LIS|HOSPITAL|LEUKOGRAM||20261130101500+0100||OML^O21^OML_O21|1|P|2.5.1||||||UNICODE UTF-8\r"
    "PID|1||4711^^^HOSPITAL||Müller^Anna||19800229|F\rORC|NW|P-9\rOBR|1|P-9|26-1|DIFF^Differential^L\rSPM|1|S-1||BLD|||||||||||||20261130093000+0100\r"
)
with socket.create_connection(("127.0.0.1", port)) as lis:
    lis.sendall(b"\x0b" + order.encode() + b"\x1c\r")
    check("order", b"MSA|AA|1" in lis.recv(4096), True)
case = ask(f"POST orders/{ask('GET orders')['orders'][0]['id']}/case", {})["id"]
ask(f"PATCH cases/{case}", {"leukocytes": 6.2, "comment": "Seen; \"quoted\", ŁΩЖ"})
fill(case)
sign(case, "final")
ask(f"POST cases/{case}/amend", {"reason": "words"})
ask(f"PATCH cases/{case}", {"comment": "Seen again."})
sign(case, "amended")
ask(f"POST cases/{case}/amend", {"reason": "values"})
ask(f"PATCH cases/{case}", {"leukocytes": None})
sign(case, "corrected")
before = len(bundles)
ask(f"POST cases/{case}/void", {"reason": "wrong tube"})
came(before, "entered-in-error")
alone = ask("POST cases", {"name": "S-2"})["id"]
fill(alone)
sign(alone, "final")
check("one report in all versions", len({bundle["entry"][-1]["request"]["url"] for bundle in bundles}), 2)
print(f"fhir.resources {version('fhir.resources')}: {len(bundles)} transactions, {checks} comparisons, {faults} faults")
sys.exit(1 if faults else 0)
