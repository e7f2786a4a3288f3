"""Makes blocks.json: blocks of every format and the numbers they stand for.

The judge is gguf.quants, the numpy implementation in the PyPI package gguf.
Run:  pip install gguf==0.19.0 numpy==2.4.6 && python make_blocks.py > blocks.json
"""
import json
import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as T

random = np.random.default_rng(20240501)
READ = ["BF16", "F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
        "Q6_K"]
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def blocks(name):
    """Random bytes with finite scales: each of the quantised bits takes both values."""
    length, size = GGML_QUANT_SIZES[T[name]]
    count = 2 if length == 256 else 4 if length == 32 else 64
    data = random.integers(0, 256, (count, size), dtype=np.uint8)
    for offset in HALVES.get(name, []):
        scale = (random.standard_normal(count) * 0.01).astype(np.float16)
        data[:, offset:offset + 2] = scale.view(np.uint8).reshape(count, 2)
    if name == "F16":
        values = (random.standard_normal(count) * 3).astype(np.float16)
        values[:6] = [0, -0.0, 6e-8, 65504, -np.inf, 3e-5]
        data = values.view(np.uint8).reshape(count, 2)
    if name == "BF16":
        data[:, 1] &= 0xBF  # no NaN, whose bits numpy may change
    return data


def numbers():
    """Blocks that are hard to round: all equal, all zero, ties, one outlier, ordinary ones."""
    plain = random.standard_normal((4, 32)).astype(np.float32) * np.float32(0.05)
    ties = (np.arange(32, dtype=np.float32) - 16) / 2
    outlier = np.where(np.arange(32) == 17, -300, 0.3).astype(np.float32)
    equal = np.full(32, 1.25, dtype=np.float32)
    return np.stack([*plain, ties, outlier, equal, np.zeros(32, dtype=np.float32)])


def hexadecimal(array):
    return np.ascontiguousarray(array).view(np.uint8).tobytes().hex()


read = {}
for name in READ:
    data = blocks(name)
    values = gguf.quants.dequantize(data.reshape(1, -1), T[name])
    read[name] = {"blocks": hexadecimal(data), "floats": hexadecimal(values.astype("<f4"))}

source = numbers()
written = {}
for name in ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]:
    written[name] = hexadecimal(gguf.quants.quantize(source, T[name]))

print(json.dumps({
    "made_by": "make_blocks.py", "versions": {"gguf": "0.19.0", "numpy": np.__version__},
    "read": read, "written": {"floats": hexadecimal(source), "blocks": written},
}, indent=1))
