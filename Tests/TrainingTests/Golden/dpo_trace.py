"""Ten steps of TRL's DPOTrainer on SmolLM2 with LoRA: python dpo_trace.py MODEL_FOLDER > dpo_trace.json

MODEL_FOLDER holds SmolLM2-135M-Instruct.Q4_1.gguf (`make smollm2`), dequantised on loading. Made with
torch 2.13.0+cpu, transformers 5.24.0, peft 0.21.2, trl 1.16.0, gguf 0.19.0. Nothing is drawn at random:
A of the adapter follows a formula, B is zero, and rows come in their order.
"""
import json
import os
import sys
import tempfile

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
import gguf
import numpy
import peft
import torch
import transformers
import trl
from datasets import Dataset
from torch.utils.data import SequentialSampler

torch.set_num_threads(2)
RATE, BETA, RANK, ALPHA, BATCH, STEPS = 5e-4, 0.1, 4, 8, 4, 10
TARGETS = ["q_proj", "v_proj"]
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
PAIRS = [
    ("Name a red fruit.\n", "A strawberry is a red fruit.", "The sky is blue today, I think."),
    ("How many legs has a spider?\n", "A spider has eight legs.", "Six."),
    ("Write one line about rain.\n", "Rain taps softly on the roof all night.", "No."),
    ("What is 7 plus 5?\n", "7 plus 5 is 12.", "It is 75, because you write 7 and then 5."),
    ("Say hello to Ada.\n", "Hello, Ada! It is good to see you.", "Who is that? I know no such person."),
    ("Which is larger, a cat or a whale?\n", "A whale is far larger than a cat.", "A cat."),
    ("Give me advice about sleep.\n", "Go to bed at the same hour each day, and keep the room dark.", "Sleep is for the weak."),
    ("Is ice warm?\n", "No, ice is cold.", "Yes, ice is warm, and so is snow, if you wait long enough."),
]


def formula(parameter, name):
    """A of the adapter: 0.05 sin(1 + 0.7 i + 0.013 j + 0.11 seed)."""
    parts = name.split(".")
    layer = int(parts[parts.index("layers") + 1])
    module = next(x for x in parts if x.endswith("_proj"))
    seed = 10 * layer + ["q_proj", "k_proj", "v_proj"].index(module)
    i = numpy.arange(parameter.shape[0])[:, None]
    j = numpy.arange(parameter.shape[1])[None]
    values = 0.05 * numpy.sin(1 + 0.7 * i + 0.013 * j + 0.11 * seed)
    return torch.tensor(values.astype(numpy.float32))


class Trainer(trl.DPOTrainer):
    """Rows in their order; what each step had is kept to the last digit."""

    def __init__(self, *arguments, **named):
        self.trace, self.rows = [], {}
        super().__init__(*arguments, **named)

    def _get_train_sampler(self, dataset=None):
        return SequentialSampler(self.train_dataset)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        loss = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        value = loss[0] if return_outputs else loss
        self.trace.append({"loss": float(value)})
        return loss

    def log(self, logs, *rest):
        super().log(logs, *rest)
        if "grad_norm" in logs:
            self.trace[-1]["gradient_norm"] = float(logs["grad_norm"])
            for name in ["margins", "chosen", "rejected", "accuracies"]:
                self.trace[-1][name] = float(logs[f"rewards/{name}"])


def dequantised(folder):
    """The model in float32; as loaded, transformers calls it quantised and refuses to train it."""
    loaded = transformers.AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=FILE, dtype=torch.float32)
    if hasattr(loaded.config, "quantization_config"):
        del loaded.config.quantization_config
    model = transformers.AutoModelForCausalLM.from_config(loaded.config, dtype=torch.float32)
    state = {name: weight.to(torch.float32) for name, weight in loaded.state_dict().items()}
    model.load_state_dict(state, strict=True)
    return model


def main(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=FILE)
    model = dequantised(folder)
    model = peft.get_peft_model(
        model, peft.LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS))
    for name, parameter in model.named_parameters():
        if "lora_A" in name:
            parameter.data = formula(parameter, name)
        if "lora_B" in name:
            parameter.data.zero_()
    rows = [{"prompt": p, "chosen": c, "rejected": r} for p, c, r in PAIRS]
    settings = trl.DPOConfig(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=BATCH, max_steps=STEPS,
        learning_rate=RATE, lr_scheduler_type="constant", weight_decay=0.0, max_grad_norm=1.0,
        beta=BETA, logging_steps=1, report_to="none", save_strategy="no", use_cpu=True, bf16=False,
        gradient_checkpointing=False, disable_tqdm=True, max_length=256)
    trainer = Trainer(
        model=model, args=settings, train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer)
    stdout, sys.stdout = sys.stdout, sys.stderr
    trainer.train()
    sys.stdout = stdout
    print(json.dumps({
        "versions": {m.__name__: m.__version__ for m in [torch, transformers, peft, trl]}
        | {"gguf": "0.19.0"},
        "rate": RATE, "beta": BETA, "rank": RANK, "alpha": ALPHA, "batch": BATCH,
        "targets": TARGETS,
        "rows": [
            {k: row[k] for k in ["prompt_ids", "chosen_ids", "rejected_ids"]}
            for row in trainer.train_dataset
        ],
        "steps": trainer.trace,
    }, indent=1))


main(sys.argv[1])
