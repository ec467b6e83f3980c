"""The gate's first look, written again with OpenCV and onnxruntime, to hold the gate against.

usage: gate_reference.py MODEL < files.json > scores.json
Reads a JSON list of paths, writes a JSON object of path -> highest person score.
"""

import json
import math
import sys

import cv2
import numpy as np
import onnx
import onnxruntime

LONG_SIDE = 640
STRIDE = 32
PAD = 114


def open_model(path):
    model = onnx.load(path)
    height, width = model.graph.input[0].type.tensor_type.shape.dim[2:4]
    rows = model.graph.output[0].type.tensor_type.shape.dim[1]
    for dimension, name in ((height, "height"), (width, "width"), (rows, "rows")):
        dimension.Clear()
        dimension.dim_param = name
    del model.graph.value_info[:]
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def person_score(session, path):
    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    scale = LONG_SIDE / max(height, width)
    input_height, input_width = (
        max(STRIDE, math.ceil(side * scale / STRIDE - 1e-9) * STRIDE) for side in (height, width)
    )
    ratio = min(input_width / width, input_height / height)
    size = (int(width * ratio + 1e-9), int(height * ratio + 1e-9))
    padded = np.full((input_height, input_width, 3), PAD, np.uint8)
    padded[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    tensor = padded.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    (rows,) = session.run(None, {session.get_inputs()[0].name: tensor})
    return float((rows[0, :, 4] * rows[0, :, 5]).max())


def main():
    session = open_model(sys.argv[1])
    json.dump({path: person_score(session, path) for path in json.load(sys.stdin)}, sys.stdout)


if __name__ == "__main__":
    main()
