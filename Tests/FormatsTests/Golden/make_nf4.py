"""Makes nf4.json: what bitsandbytes makes of hard cases, and of tensors of SmolLM2.

Run:  pip install torch bitsandbytes==0.50.2 gguf==0.19.0 && python make_nf4.py MODEL.gguf > nf4.json
With --maps it prints the tables of Sources/CKernels/dynamic_map.h instead.

One thread, for the mean over scales adds up in an order that depends on the number of threads.
"""
import json
import re
import sys
import bitsandbytes.functional as F
import gguf
import numpy as np
import torch

torch.set_num_threads(1)
random = np.random.default_rng(20231)
FACTOR = 0x9E3779B97F4A7C15


def hash64(array):
    """sum over bytes b[i] + 1 of FACTOR^(n - 1 - i), modulo 2^64."""
    data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8).astype(np.uint64)
    powers = np.full(len(data), FACTOR, np.uint64)
    powers[0] = 1
    with np.errstate(over="ignore"):
        powers = np.cumprod(powers, dtype=np.uint64)
        return f"{int(((data + np.uint64(1)) * powers[::-1]).sum(dtype=np.uint64)):016x}"


def quantize(w):
    codes, state = F.quantize_4bit(
        torch.from_numpy(w), blocksize=64, compress_statistics=True, quant_type="nf4")
    return {"codes": codes.numpy(), "scales": state.absmax.numpy(),
            "shared": state.state2.absmax.numpy(), "offset": state.offset.numpy(),
            "floats": F.dequantize_4bit(codes, state).numpy()}


def show(parts, how):
    return {name: how(value) for name, value in parts.items()}


def hexadecimal(array):
    return np.ascontiguousarray(array).tobytes().hex()


def maps():
    for name, signed in (("signed", True), ("unsigned", False)):
        numbers = [float(x).hex() for x in F.create_dynamic_map(signed=signed)]
        numbers = [re.sub(r"\.?0*p", "p", x) + "f" if float.fromhex(x) else "0" for x in numbers]
        print(f"static const float {name}_map[256] = {{\n    {', '.join(numbers)}}};")


def cases():
    """Ordinary numbers, one outlier, zeros, blocks of one scale, thresholds, tiny numbers."""
    plain = (random.standard_normal((7, 192)) * 0.05).astype(np.float32)
    outlier = plain.copy()
    outlier[3, 70] = -9
    zeros = plain.copy()
    zeros[1] = 0
    equal = np.full((2, 64), 0.5, np.float32)
    level = F.get_4bit_type("nf4", device="cpu").numpy()
    edges = np.resize(np.concatenate([(level[1:] + level[:-1]) / 2, level]), (4, 64))
    tiny = (random.standard_normal((2, 64)) * 1e-39).astype(np.float32)
    return {"plain": plain, "outlier": outlier, "zeros": zeros, "equal": equal,
            "edges": edges.astype(np.float32), "tiny": tiny}


NAMES = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
         "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_down": "mlp.down_proj"}


def tensors(path):
    reader = gguf.GGUFReader(path)
    found = {t.name: t for t in reader.tensors}
    for layer in (0, 29):
        for name, place in NAMES.items():
            tensor = found[f"blk.{layer}.{name}.weight"]
            w = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            heads = {"attn_q": 9, "attn_k": 3}.get(name)
            if heads:  # llama.cpp keeps the halves of a head interleaved
                w = w.reshape(heads, w.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)
            yield f"model.layers.{layer}.{place}.weight", np.ascontiguousarray(w)


if sys.argv[1] == "--maps":
    maps()
else:
    print(json.dumps({
        "made_by": "make_nf4.py", "versions": {"bitsandbytes": "0.50.2", "torch": torch.__version__},
        "cases": {name: {"shape": list(w.shape), "numbers": hexadecimal(w)}
                  | show(quantize(w), hexadecimal) for name, w in cases().items()},
        "smollm2": {name: {"shape": list(w.shape), "numbers": hash64(w)} | show(quantize(w), hash64)
                    for name, w in tensors(sys.argv[1])},
    }, indent=1))
