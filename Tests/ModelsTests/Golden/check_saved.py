"""Compares saved folders with what Transformers and PEFT make of them.

    ROUX_SAVED=out swift test -c release --filter ForTransformersTests
    python check_saved.py out          # needs torch, transformers, peft
"""

import json
import pathlib
import sys

import torch
from peft import PeftModel
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)


def log_probabilities(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, :-1].double()
    rows = torch.log_softmax(logits, -1)
    return rows[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()


def load(folder):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def classifier(folder, **settings):
    return AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", **settings
    ).eval()


def rewards(model, rows, pad):
    """One batch with padding at the right, as Transformers scores texts of unlike lengths."""
    if pad is None and len(rows) > 1:  # then Transformers scores single texts only
        return max(rewards(model, [row], pad) for row in rows)
    longest = max(len(row["ids"]) for row in rows)
    ids = [row["ids"] + [pad] * (longest - len(row["ids"])) for row in rows]
    mask = [[1] * len(row["ids"]) + [0] * (longest - len(row["ids"])) for row in rows]
    with torch.no_grad():
        found = model(torch.tensor(ids), attention_mask=torch.tensor(mask)).logits
    wanted = torch.tensor([row["outputs"] for row in rows])
    return (found - wanted).abs().max().item()


def check_rewards(folder, rows):
    """The largest errors of a reward model's folder, and of its PEFT folder on the base."""
    whole = classifier(folder / "reward")
    config = whole.config
    assert config.num_labels == 2 and config.id2label[0] == "helpfulness", config
    pad = config.pad_token_id
    tokenizer = AutoTokenizer.from_pretrained(folder / "reward")
    assert tokenizer.pad_token_id == pad
    base = classifier(folder / "base", num_labels=2, pad_token_id=pad)
    worn = PeftModel.from_pretrained(base, folder / "reward-adapter").eval()
    return {"reward": rewards(whole, rows, pad), "reward-adapter": rewards(worn, rows, pad)}


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
        for name, error in check_rewards(folder, expected["rewards"]).items():
            print(f"{folder.name:8} {name:14} {error:.1e}")
            worst = max(worst, 5 * error)
    return worst < 5e-4


if __name__ == "__main__":
    sys.exit(0 if main(pathlib.Path(sys.argv[1])) else 1)
