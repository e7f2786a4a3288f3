"""Compares saved folders with what Transformers and PEFT make of them.

    ROUX_SAVED=out swift test -c release --filter ForTransformersTests
    python check_saved.py out          # needs torch, transformers, peft
"""

import json
import pathlib
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def log_probabilities(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, :-1].double()
    rows = torch.log_softmax(logits, -1)
    return rows[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()


def load(folder):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def main(root):
    worst = 0.0
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        expected = json.loads((folder / "expected.json").read_text())
        tokenizer = AutoTokenizer.from_pretrained(folder / "base")
        assert tokenizer.encode(expected["text"], add_special_tokens=False) == expected["text_ids"]
        assert tokenizer.chat_template == expected["template"]
        models = {
            "base": lambda: load(folder / "base"),
            "adapter": lambda: PeftModel.from_pretrained(load(folder / "base"), folder / "adapter"),
            "merged": lambda: load(folder / "merged"),
        }
        for name, make in models.items():
            found = log_probabilities(make(), expected["ids"])
            error = max(abs(a - b) for a, b in zip(found, expected[name], strict=True))
            print(f"{folder.name:8} {name:8} {error:.1e}")
            worst = max(worst, error)
    return worst < 5e-4


if __name__ == "__main__":
    sys.exit(0 if main(pathlib.Path(sys.argv[1])) else 1)
