"""Asks a running `leukogram serve` by Triton's own client (Open Inference Protocol v2, REST).

    python -m venv venv && venv/bin/pip install 'tritonclient[http]' numpy pillow
    npx leukogram serve --model cnn-anylab --port 4180 &
    venv/bin/python scripts/checkTriton.py 127.0.0.1:4180 cnn-anylab cell.jpg [TOKEN]

Prints what was asked and found; exits with 1 where anything is not as it should be.
"""

import json
import sys
from importlib.metadata import version

import numpy
import tritonclient.http as http
from PIL import Image
from tritonclient.utils import InferenceServerException

address, model, path, *token = sys.argv[1:]


def headers():
    # Each its own: the client writes the length of one request into the headers that it is given.
    return {"Authorization": f"Bearer {token[0]}"} if token else {}



client = http.InferenceServerClient(address)
faults = 0


def check(what, holds, shown=""):
    global faults
    faults += not holds
    print(f"{'ok  ' if holds else 'FAIL'}  {what}{'  ' + str(shown) if shown != '' else ''}")


def infer(images, binary_in, binary_out, request_id="", name="images", datatype="UINT8", output="probabilities"):
    tensor = http.InferInput(name, images.shape, datatype)
    tensor.set_data_from_numpy(images, binary_data=binary_in)
    wanted = [http.InferRequestedOutput(output, binary_data=binary_out)]
    return client.infer(model, [tensor], outputs=wanted, request_id=request_id, headers=headers())


def refused(what, status, **asked):
    try:
        infer(**{"images": pictures, "binary_in": True, "binary_out": True, **asked})
        check(what, False, "was answered")
    except InferenceServerException as error:
        check(what, error.status() == str(status), f"{error.status()}: {error.message()}")


print(f"tritonclient {version('tritonclient')}, {model}")
check("server is live", client.is_server_live())
check("server is ready", client.is_server_ready())
check("model is ready", client.is_model_ready(model, headers=headers()))
check("another is not", not client.is_model_ready("none", headers=headers()))
server = client.get_server_metadata()
check("server metadata", server["extensions"] == ["binary_tensor_data"], json.dumps(server))
metadata = client.get_model_metadata(model, headers=headers())
check("model metadata", [i["shape"] for i in metadata["inputs"]] == [[-1, -1, -1, 3]], json.dumps(metadata))
try:
    client.get_model_metadata("none", headers=headers())
    check("metadata of no model", False)
except InferenceServerException as error:
    check("metadata of no model", error.status() == "404", f"{error.status()}: {error.message()}")

side = 256
picture = numpy.asarray(Image.open(path).convert("RGB").resize((side, side)), dtype=numpy.uint8)
pictures = numpy.stack([picture, picture[:, ::-1], numpy.full_like(picture, 200)])
answers = {}
for binary_in in (True, False):
    for binary_out in (True, False):
        small = pictures if binary_in else pictures[:, ::4, ::4]
        result = infer(small, binary_in, binary_out, request_id="cell-1")
        found = result.as_numpy("probabilities")
        shape_holds = found.shape == (3, 5) and found.dtype == numpy.float32
        sums = numpy.allclose(found.sum(axis=1), 1, atol=1e-5)
        way = f"{'binary' if binary_in else 'JSON'} in, {'binary' if binary_out else 'JSON'} out"
        check(way, shape_holds and sums and result.get_response()["id"] == "cell-1", " ".join(f"{value:.4f}" for value in found[0]))
        answers[binary_in, binary_out] = found
for binary_in in (True, False):
    same = numpy.allclose(answers[binary_in, True], answers[binary_in, False], atol=1e-6)
    check(f"both ways out say the same, {'binary' if binary_in else 'JSON'} in", same)
tensor = http.InferInput("images", pictures.shape, "UINT8")
tensor.set_data_from_numpy(pictures)
check("all outputs by default, in binary", client.infer(model, [tensor], headers=headers()).as_numpy("probabilities").shape == (3, 5))
pending = [client.async_infer(model, [tensor], headers=headers()) for _ in range(3)]
check("three at once", all(one.get_result().as_numpy("probabilities").shape == (3, 5) for one in pending))

refused("another type", 400, images=pictures.astype(numpy.float32), datatype="FP32")
refused("another input", 400, name="pixels")
refused("another output", 400, output="logits")
refused("another shape", 400, images=pictures[..., :1])
refused("more than is taken", 413, images=numpy.zeros((400, 256, 256, 3), dtype=numpy.uint8))
check("the server still answers", client.is_server_live())
sys.exit(1 if faults else 0)
