"""Receives results of a running `leukogram serve` by ASTM as a laboratory's system does, by a program of others: `labmcp-astm-lis`.

    python3 -m venv venv && venv/bin/pip install hl7apy==1.3.5 hl7==0.4.5 labmcp-astm-lis==0.1.3
    npx leukogram serve --data /tmp/astm --port 4180 --model cnn-anylab &
    venv/bin/python scripts/checkAstm.py http://127.0.0.1:4180

It sets the connections of that server, so use one for the check alone. Orders go in as in checkHl7.py; each result is compared with FHIR.
"""

import sys
import time
from importlib.metadata import version

import checkHl7
from checkHl7 import ask, check, free_port, order, send, sign
from hl7.client import MLLPClient
from labmcp_astm_lis.driver import ASTMReceiver, ListenTransport, ResultStore


def main():
    print(f"labmcp-astm-lis {version('labmcp-astm-lis')}")
    listen, receive = free_port(), free_port()
    store = ResultStore(redacted=False)
    receiver = ASTMReceiver(
        lambda: ListenTransport("127.0.0.1", receive),
        **{"mode": "listen", "where": "loopback", "store": store, "redact": False, "encoding": "utf-8"},
    )
    settings = {k: v for k, v in ask("GET connections").items() if k not in ("listening", "warnings")}
    settings["orders"] = {"isOn": True, "host": "127.0.0.1", "port": listen}
    settings["results"].update(isOn=True, port=receive, application="LIS", protocol="astm")
    ask("PUT connections", settings)
    ask("PUT rules", {"leastCells": 1, "mostUnidentified": 1})
    with MLLPClient("127.0.0.1", listen) as client:
        for number in range(20):
            check("order", send(client, order("OML_O21", number))[0], "AA")
    orders = ask("GET orders?open=true")["orders"]
    signed = [(*sign(one, i), one) for i, one in enumerate(orders)]
    while any(one["state"] == "waiting" for one in ask("GET deliveries")["deliveries"]):
        time.sleep(0.2)
    check("all were taken", {one["state"] for one in ask("GET deliveries")["deliveries"]}, {"sent"})
    messages, _ = store.messages(limit=100)
    check("messages", len(messages), len(signed))
    check("complete", {one.complete for one in messages}, {True})
    check("warnings", [one.warnings for one in messages if one.warnings], [])
    check("ended", {one.termination_code for one in messages}, {"N"})
    for _, report, one in signed:
        [found] = [message for message in messages if message.results[0].specimen_id == one["accession"]]
        fhir = ask(f"GET reports/{report}.fhir.json")
        observations = [entry for entry in fhir["contained"] if entry["resourceType"] == "Observation"]
        check("values", len(found.results), len(observations))
        for result, observation in zip(found.results, observations):
            quantity = observation["valueQuantity"]
            check("patient", (result.patient_id, result.patient_sex), (one["patientId"], one["sex"]))
            check("code", result.universal_test_id[0], observation["code"]["coding"][0]["code"])
            check("value", (result.numeric_value, result.units), (quantity["value"], quantity["code"]))
            check("status", (result.result_status, result.operator), ("F", "local"))
        comments = [text for text in found.results[0].order_comments if "Comment" in text]
        check("comment", comments, ["Comment: first&X0D&second | ^ & ~ \\"])
    receiver.close()
    print(f"{len(messages)} results, {checkHl7.checks} checks, {checkHl7.faults} faults")
    sys.exit(1 if checkHl7.faults else 0)


main()
