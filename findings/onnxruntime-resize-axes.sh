#!/usr/bin/env bash
# ONNX Runtime 1.32.0 can't load a valid graph that its own optimiser has broken: Transpose, Resize with `axes`, Transpose, Reshape.
#
# A good guess: `axes` (opset 18) says which sides `sizes` belong to, so a graph that turns pictures to channels first, resizes
# height and width, turns them back and flattens them loads at every optimisation level, as onnx.checker finds it valid.
# Found: at the levels extended and all the transpose optimiser permutes the two sizes as if there were four, and the session
# is refused: "Number of elements of input 'sizes' (0) does not match the number of axes (2)". At disabled and basic it loads.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.2.6
cat > "$place/look.py" <<'PY'
import sys
import onnx, onnxruntime as ort
from onnx import TensorProto, helper

F = TensorProto.FLOAT
nodes = [
    helper.make_node("Transpose", ["x"], ["chw"], perm=[0, 3, 1, 2]),
    helper.make_node("Resize", ["chw", "", "", "sizes"], ["large"], mode="linear", axes=[2, 3]),
    helper.make_node("Transpose", ["large"], ["hwc"], perm=[0, 2, 3, 1]),
    helper.make_node("Reshape", ["hwc", "flat"], ["y"]),
]
graph = helper.make_graph(
    nodes, "g",
    [helper.make_tensor_value_info("x", F, ["n", 8, 8, 3])],
    [helper.make_tensor_value_info("y", F, ["n", 300])],
    [helper.make_tensor("sizes", TensorProto.INT64, [2], [10, 10]), helper.make_tensor("flat", TensorProto.INT64, [2], [-1, 300])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnx.checker.check_model(model, full_check=True)
found = {}
for level in ("DISABLE_ALL", "ENABLE_BASIC", "ENABLE_EXTENDED", "ENABLE_ALL"):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, "ORT_" + level)
    try:
        ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        found[level] = "loads"
    except Exception as error:
        found[level] = "refused"
        print(level, str(error)[-160:])
print("onnx", onnx.__version__, "onnxruntime", ort.__version__, found)
expected = {"DISABLE_ALL": "loads", "ENABLE_BASIC": "loads", "ENABLE_EXTENDED": "refused", "ENABLE_ALL": "refused"}
sys.exit(0 if found == expected else 1)
PY
"$place/venv/bin/python" "$place/look.py" || { echo "changed: it is otherwise now"; exit 1; }
