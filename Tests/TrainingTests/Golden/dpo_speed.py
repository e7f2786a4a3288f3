"""How fast TRL's DPOTrainer is on HH-RLHF pairs with LoRA, beside `roux bench --filter dpo`:
python dpo_speed.py MODEL_FOLDER TRAIN_JSONL_GZ [PAIRS]

Versions, model and dequantising as in dpo_trace.py. One epoch over the first PAIRS (16) pairs with
batches of 4, rank 16, alpha 32 on all linear layers, at most 512 tokens, float32, two threads; the
reference is scored inside each step, as TRL does unless told. Prints pairs per second and the peak.
"""
import gzip
import json
import os
import resource
import sys
import tempfile
import time

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
import peft
import torch
import transformers
import trl
from datasets import Dataset

torch.set_num_threads(2)
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def dequantised(folder):
    loaded = transformers.AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=FILE, dtype=torch.float32)
    if hasattr(loaded.config, "quantization_config"):
        del loaded.config.quantization_config
    model = transformers.AutoModelForCausalLM.from_config(loaded.config, dtype=torch.float32)
    model.load_state_dict(
        {name: weight.to(torch.float32) for name, weight in loaded.state_dict().items()})
    return model


def turns(text):
    """A dialogue with its marks as messages."""
    parts = text.replace("\n\nHuman:", "\0user\1").replace("\n\nAssistant:", "\0assistant\1")
    return [
        {"role": part.split("\1")[0], "content": part.split("\1")[1].strip()}
        for part in parts.split("\0")[1:]
    ]


def pairs(path, count):
    rows = []
    for line in gzip.open(path, "rt"):
        row = json.loads(line)
        chosen, rejected = turns(row["chosen"]), turns(row["rejected"])
        if chosen[:-1] != rejected[:-1] or chosen[-1] == rejected[-1]:
            continue
        if not chosen[-1]["content"] or not rejected[-1]["content"]:
            continue
        rows.append({"prompt": chosen[:-1], "chosen": chosen[-1:], "rejected": rejected[-1:]})
        if len(rows) == count:
            return rows


def main(folder, path, count):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=FILE)
    rows = Dataset.from_list(pairs(path, count))
    settings = trl.DPOConfig(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=4, num_train_epochs=1,
        learning_rate=1e-5, lr_scheduler_type="constant", beta=0.1, report_to="none",
        save_strategy="no", use_cpu=True, bf16=False, gradient_checkpointing=False,
        disable_tqdm=True, max_length=512)
    trainer = trl.DPOTrainer(
        model=dequantised(folder), args=settings, train_dataset=rows, processing_class=tokenizer,
        peft_config=peft.LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    start, busy = time.perf_counter(), time.process_time()
    trainer.train()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count / seconds:.3f} pairs/s, {seconds:.1f} s, {busy:.1f} s of processors, "
          f"peak {peak} MiB")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 16)
