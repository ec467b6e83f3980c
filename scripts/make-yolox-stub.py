#!/usr/bin/env python3
"""Makes test/fixtures/yolox-stub.onnx: a tiny detector of our own with YOLOX's interface.

It takes magenta for a person: a cell's person score is sigmoid(16 * (share of magenta pixels - 0.5)),
squared as objectness times class. Its box is centred on the cell and four strides wide; the other 79
classes stay at zero. Like the shipped weights it states a fixed input size of 416 x 416.

usage: pip install numpy onnx && python3 scripts/make-yolox-stub.py test/fixtures/yolox-stub.onnx
"""

import math
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 416
STRIDES = (8, 16, 32)
MAGENTA_BGR = (255.0, 0.0, 255.0)
TOLERANCE = 90.0
STEEPNESS = 16.0
BOX_STRIDES = 4.0

nodes = []
constants = []


def constant(name, value):
    constants.append(numpy_helper.from_array(np.asarray(value), name))
    return name


def node(kind, inputs, output, **attributes):
    nodes.append(helper.make_node(kind, inputs, [output], **attributes))
    return output


constant("magenta", np.array(MAGENTA_BGR, np.float32).reshape(1, 3, 1, 1))
constant("tolerance", np.float32(TOLERANCE))
constant("steepness", np.float32(STEEPNESS))
constant("half", np.float32(0.5))
constant("channel", np.array([1], np.int64))
constant("flat", np.array([1, 1, -1], np.int64))

node("Sub", ["images", "magenta"], "difference")
node("Abs", ["difference"], "distance")
node("ReduceMax", ["distance", "channel"], "farthest", keepdims=1)
node("Less", ["farthest", "tolerance"], "near")
node("Cast", ["near"], "mask", to=TensorProto.FLOAT)

outputs = []
for stride in STRIDES:
    share = node("AveragePool", ["mask"], f"share{stride}", kernel_shape=[stride] * 2, strides=[stride] * 2)
    flat = node("Reshape", [share, "flat"], f"flat{stride}")
    cells = node("Transpose", [flat], f"cells{stride}", perm=[0, 2, 1])
    centred = node("Sub", [cells, "half"], f"centred{stride}")
    steep = node("Mul", [centred, "steepness"], f"steep{stride}")
    score = node("Sigmoid", [steep], f"score{stride}")
    zero_box = node("Mul", [cells, constant(f"zero4_{stride}", np.zeros((1, 1, 4), np.float32))], f"zero_box{stride}")
    size = math.log(BOX_STRIDES)
    box = node("Add", [zero_box, constant(f"box_{stride}", np.array([[[0.5, 0.5, size, size]]], np.float32))], f"box{stride}")
    others = node("Mul", [cells, constant(f"zero79_{stride}", np.zeros((1, 1, 79), np.float32))], f"others{stride}")
    outputs.append(node("Concat", [box, score, score, others], f"rows{stride}", axis=2))
node("Concat", outputs, "output", axis=1)

rows = sum((SIDE // stride) ** 2 for stride in STRIDES)
graph = helper.make_graph(
    nodes,
    "yolox_stub",
    [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
    [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, rows, 85])],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="sightline")
model.ir_version = 9
model = onnx.shape_inference.infer_shapes(model)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, sys.argv[1])
