"""Talks to a running `leukogram serve` as a hospital's system does, by two programs of others: `hl7apy` (strict validation) and `hl7`.

    python3 -m venv venv && venv/bin/pip install hl7apy==1.3.5 hl7==0.4.5
    npx leukogram serve --data /tmp/hl7 --port 4180 --model cnn-anylab &
    venv/bin/python scripts/checkHl7.py http://127.0.0.1:4180

It sets the connections of that server, so use one for the check alone. Orders go in by hl7's client, made and validated by hl7apy; results come
out to hl7apy's server, which validates them and keeps each control id once. Prints what was compared; exits with 1 if anything differs.
"""

import base64
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
from importlib.metadata import version

import hl7
from hl7.client import MLLPClient
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message
from hl7apy.mllp import AbstractHandler, MLLPServer
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

address = sys.argv[1].rstrip("/")
faults = 0
checks = 0


def check(what, found, expected):
    global faults, checks
    checks += 1
    if found != expected:
        faults += 1
        print(f"FAULT {what}: {found!r}, expected {expected!r}")


def ask(line, body=None, kind="application/json"):
    return json.loads(fetch(line, body, kind))


def fetch(line, body=None, kind="application/json"):
    method, path = line.split(" ")
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if data is not None:
        headers["Content-Type"] = kind
    request = urllib.request.Request(f"{address}/api/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return response.read()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def strictly(text):
    """A message as hl7apy reads it strictly; UCUM is missing in its table of coding systems, which is only a warning.

    The data of an embedded report are shortened: strictly they may have 199 characters (findings/hl7apy-embedded-data.sh).
    """
    short = re.sub(r"\^Base64\^[A-Za-z0-9+/=]+", "^Base64^AAAA", text)
    message = parse_message(short, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    return message, Validator.validate(message)


def png(seed):
    """A small picture of its own."""
    side = 32
    rows = b"".join(
        b"\0" + bytes((seed * 37 + x * y * (c + 1)) % 256 for x in range(side) for c in range(3)) for y in range(side)
    )

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def order(kind, number, control="NW", name=("Müller", "Anna")):
    """An order as hl7apy makes it, in its strict mode."""
    oml = kind == "OML_O21"
    message = Message(kind, version="2.5.1", validation_level=VALIDATION_LEVEL.STRICT)
    msh = message.msh
    msh.msh_3, msh.msh_4, msh.msh_5 = "LIS", "HOSPITAL", "LEUKOGRAM"
    msh.msh_9 = kind.replace("_", "^") + ("^" + kind)
    msh.msh_10, msh.msh_11, msh.msh_18 = f"{kind}-{number}-{control}", "P", "UNICODE UTF-8"
    patient = message.add_group(f"{kind}_patient")
    patient.pid.pid_1 = "1"
    patient.pid.pid_3 = f"{4700 + number}^^^HOSPITAL"
    patient.pid.pid_5 = "^".join(name)
    patient.pid.pid_7, patient.pid.pid_8 = "19800229", "F"
    group = message.add_group(f"{kind}_order")
    group.orc.orc_1, group.orc.orc_2 = control, f"P-{number}"
    if oml:
        request = group.add_group("oml_o21_observation_request")
        obr = request.obr
    else:
        detail = group.add_group("orm_o01_order_detail")
        obr = detail.add_group("orm_o01_obrrqdrq1rxoodsodt_suppgrp").obr
    obr.obr_1, obr.obr_2, obr.obr_3 = "1", f"P-{number}", f"{kind[:3]}-{number}"
    obr.obr_4 = "DIFF^Differential blood count^L"
    text = message.to_er7()
    # Of the alternatives in ORM^O01 hl7apy demands all at once (findings/hl7apy-choice-groups.sh).
    if oml:
        check("hl7apy finds the order valid", Validator.validate(message), True)
    return text + ("" if text.endswith("\r") else "\r")


def send(client, text):
    answer = client.send_message(text).decode()
    check("the answer is one frame", (answer[0], answer[-2:]), ("\x0b", "\x1c\r"))
    answer = answer[1:-2]
    _, valid = strictly(answer)
    check("hl7apy finds the answer valid", valid, True)
    parsed = hl7.parse(answer)
    return str(parsed.segment("MSA")[1]), str(parsed.segment("MSA")[2])


def check_orders(port, count):
    with MLLPClient("127.0.0.1", port) as client:
        for number in range(count):
            for kind in ("OML_O21", "ORM_O01"):
                text = order(kind, number)
                for _ in range(2):
                    check(f"{kind} {number}", send(client, text), ("AA", f"{kind}-{number}-NW"))
        check("cancelled", send(client, order("OML_O21", 0, "CA")), ("AA", "OML_O21-0-CA"))
        other = order("OML_O21", 1).replace("OML^O21^OML_O21", "ADT^A01^ADT_A01")
        check("another kind", send(client, other), ("AR", "OML_O21-1-NW"))
        check("another with that id", send(client, order("ORM_O01", 1, name=("Ng", "B"))), ("AE", "ORM_O01-1-NW"))
        latin = order("ORM_O01", count, name=("Görg", "Zoë")).replace("UNICODE UTF-8", "8859/1").encode("latin1")
        check("in 8859/1", send(client, latin), ("AA", f"ORM_O01-{count}-NW"))
        escaped = order("ORM_O01", count + 1).replace("Müller^Anna", r"O\T\Neil\X21\^\XC389\ric")
        check("with escapes", send(client, escaped), ("AA", f"ORM_O01-{count + 1}-NW"))
    orders = ask("GET orders?limit=500")["orders"]
    check("orders", len(orders), 2 * count + 2)
    by_number = {one["accession"]: one for one in orders}
    check("cancelled order", by_number["OML-0"]["status"], "cancelled")
    check("in 8859/1", by_number[f"ORM-{count}"]["patient"], "Görg, Zoë")
    check("with escapes", by_number[f"ORM-{count + 1}"]["patient"], "O&Neil!, Éric")
    check("patient", (orders[-1]["patient"], orders[-1]["birthDate"]), ("Müller, Anna", "1980-02-29"))
    return [one for one in orders if one["status"] == "requested"]


kept = {}
times = {}


class Keep(AbstractHandler):
    """Keeps each control id once; each third message is not answered the first time that it comes."""

    def reply(self):
        message, valid = strictly(self.incoming_message)
        check("hl7apy finds the result valid", valid, True)
        control = message.msh.msh_10.to_er7()
        times[control] = times.get(control, 0) + 1
        if len(kept) % 3 == 0 and times[control] == 1:
            kept.setdefault(control, self.incoming_message)
            raise ConnectionError("no answer this time")
        check("each time the same", kept.setdefault(control, self.incoming_message), self.incoming_message)
        return "\x0b" + str(hl7.parse(self.incoming_message).create_ack("AA")).rstrip("\r") + "\r\x1c\r"


def sign(one, number):
    case = ask(f"POST orders/{one['id']}/case")["id"]
    parts = b""
    for i in range(3):
        parts += b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d.png"\r\n' % i
        parts += b"Content-Type: image/png\r\n\r\n" + png(3 * number + i) + b"\r\n"
    ask(f"POST cases/{case}/images", parts + b"--b--\r\n", "multipart/form-data; boundary=b")
    while ask(f"GET cases/{case}")["waiting"] > 0:
        time.sleep(0.05)
    cells = [cell["id"] for cell in ask(f"GET cases/{case}/cells")["cells"]]
    labels = ["Lymphocyte", "Neutrophil", "Neutrophil"]
    changes = [{"cell": cell, "label": labels[i]} for i, cell in enumerate(cells)]
    ask(f"POST cases/{case}/labels", {"changes": changes})
    ask(f"PATCH cases/{case}", {"leukocytes": 6.2, "comment": "first\nsecond | ^ & ~ \\"})
    return case, ask(f"POST cases/{case}/sign", {"meaning": "seen", "despite": "a check"})["id"]


def check_result(report, one):
    fhir = ask(f"GET reports/{report}.fhir.json")
    found = [text for text in kept.values() if f"|{one['accession']}\r" in text]
    check("once", len(found), 1)
    parsed = hl7.parse(found[0])
    check("patient", str(parsed.segment("PID")[3][0][0]), one["patientId"])
    values = [segment for segment in parsed.segments("OBX") if str(segment[2]) == "NM"]
    observations = [entry for entry in fhir["contained"] if entry["resourceType"] == "Observation"]
    check("values", len(values), len(observations))
    for segment, observation in zip(values, observations):
        code = observation["code"]["coding"][0]["code"]
        check("code", str(segment[3][0][0]), code)
        check(f"value of {code}", float(str(segment[5])), observation["valueQuantity"]["value"])
        check(f"unit of {code}", str(segment[6][0][0]), observation["valueQuantity"]["code"])
        check(f"status of {code}", str(segment[11]), "F")
    notes = [parsed.unescape(str(segment[3])) for segment in parsed.segments("NTE")]
    check("comment", any("Comment: first\rsecond | ^ & ~ \\" == note for note in notes), True)


def wait_until_sent():
    while any(one["state"] == "waiting" for one in ask("GET deliveries")["deliveries"]):
        time.sleep(0.2)


def check_embedded(report, one):
    """The PDF that a result holds, as both programs read it, is that of the API byte by byte."""
    pdf = fetch(f"GET reports/{report}.pdf")
    check("a PDF", pdf[:5], b"%PDF-")
    [text] = [text for text in kept.values() if f"|{one['accession']}\r" in text]
    segment = hl7.parse(text).segments("OBX")[-1]
    check("its type, as hl7 reads it", str(segment[2]), "ED")
    check("its parts", [str(segment[5][0][i][0]) for i in range(4)], ["", "AP", "PDF", "Base64"])
    check("its bytes, as hl7 reads them", base64.b64decode(str(segment[5][0][4][0]), validate=True), pdf)
    message = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
    observation = message.oru_r01_patient_result.oru_r01_order_observation.oru_r01_observation[-1].obx
    check("its type, as hl7apy reads it", observation.obx_2.to_er7(), "ED")
    data = observation.obx_5.children[4].to_er7()
    check("its bytes, as hl7apy reads them", base64.b64decode(data, validate=True), pdf)
    return len(pdf)


def main():
    print(f"hl7apy {version('hl7apy')}, hl7 {version('hl7')}")
    listen, receive = free_port(), free_port()
    server = MLLPServer("127.0.0.1", receive, {"ORU^R01^ORU_R01": (Keep,)})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {k: v for k, v in ask("GET connections").items() if k not in ("listening", "warnings")}
    settings["orders"] = {"isOn": True, "host": "127.0.0.1", "port": listen}
    settings["results"].update(isOn=True, port=receive, application="LIS", facility="HOSPITAL")
    ask("PUT connections", settings)
    ask("PUT rules", {"leastCells": 1, "mostUnidentified": 1})
    orders = check_orders(listen, 20)
    print(f"{len(orders) + 1} orders, {checks} checks, {faults} faults")
    signed = [(*sign(one, i), one) for i, one in enumerate(orders[:30])]
    wait_until_sent()
    check("all were taken", {one["state"] for one in ask("GET deliveries")["deliveries"]}, {"sent"})
    for _, report, one in signed:
        check_result(report, one)
    case = signed[0][0]
    ask(f"POST cases/{case}/amend", {"reason": "looked at again"})
    ask(f"POST cases/{case}/sign", {"meaning": "seen", "despite": "a check"})
    ask(f"POST cases/{case}/void", {"reason": "wrong tube"})
    wait_until_sent()
    statuses = [str(hl7.parse(text).segment("OBX")[11]) for text in kept.values() if f"|{signed[0][2]['accession']}\r" in text]
    check("corrected, then withdrawn", statuses, ["F", "C", "W"])
    settings["results"]["report"] = "embedded"
    ask("PUT connections", settings)
    embedded = [(sign(one, 30 + i)[1], one) for i, one in enumerate(orders[30:33])]
    wait_until_sent()
    sizes = [check_embedded(report, one) for report, one in embedded]
    print(f"{len(sizes)} results with their PDF, of {min(sizes)} to {max(sizes)} bytes")
    repeated = sum(times.values()) - len(times)
    print(f"{len(kept)} results, {repeated} of them sent again, {checks} checks, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
