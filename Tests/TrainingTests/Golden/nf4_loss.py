"""What NF4 costs SmolLM2 when bitsandbytes, PEFT and PyTorch do it: held-out loss after the steps of recipes/qlora.recipe.

Usage: nf4_loss.py MODEL ROWS [STEPS [LEARNING_RATE]], where MODEL is a folder of Transformers that Roux saved (`save`)
and ROWS a file of {"prompt": …, "response": …}. Needs torch, transformers, peft and bitsandbytes.

Every matrix inside the layers goes through bitsandbytes' NF4 with double quantisation and back, as its Linear4bit
multiplies with what it unpacks; embeddings, norms and head stay. The same LoRA (rank 16, alpha 32, all linear layers),
the same rows in the same order and the same AdamW then learn on both bases.

With torch 2.13.0, bitsandbytes 0.50.2 and peft 0.21.2, SmolLM2-135M-Instruct and dolly_hhrlhf_train_small.jsonl, 50 steps at 2e-4:
float32: 2.1956 -> 2.0213   nf4: 2.3907 -> 2.1373   nf4 / float32 = 1.0574
"""

import json
import random
import sys

import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, path = sys.argv[1:3]
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 50
rate = float(sys.argv[4]) if len(sys.argv) > 4 else 2e-4
LENGTH, BATCH, HELD = 256, 4, 32
torch.set_num_threads(2)
tokenizer = AutoTokenizer.from_pretrained(folder)


def example(row):
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": row["prompt"]}], tokenize=True, add_generation_prompt=True, return_dict=False
    )
    answer = tokenizer(row["response"] + "<|im_end|>", add_special_tokens=False)["input_ids"]
    return (prompt + answer)[:LENGTH], len(prompt)


examples = [example(json.loads(line)) for line in open(path)]
held = [one for one in examples[:HELD] if one[1] < LENGTH]
learnt = [one for one in examples[HELD:] if one[1] < LENGTH]


def loss(model, batch):
    width = max(len(ids) for ids, _ in batch)
    ids = torch.full((len(batch), width), 2)
    labels = torch.full((len(batch), width), -100)
    for i, (tokens, prompt) in enumerate(batch):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        labels[i, prompt : len(tokens)] = torch.tensor(tokens[prompt:])
    logits = model(ids, attention_mask=(torch.arange(width) < torch.tensor([[len(t)] for t, _ in batch])).long()).logits
    losses = torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100, reduction="sum"
    )
    return losses, (labels[:, 1:] != -100).sum()


def evaluated(model):
    with torch.no_grad():
        parts = [loss(model, [one]) for one in held]
    return (sum(a for a, _ in parts) / sum(b for _, b in parts)).item()


def run(packed):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if packed:
        for name, module in model.model.layers.named_modules():
            if isinstance(module, torch.nn.Linear):
                codes, state = quantize_4bit(module.weight.data, blocksize=64, compress_statistics=True, quant_type="nf4")
                module.weight.data = dequantize_4bit(codes, state).float()
    before = evaluated(model)
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    adamw = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    order = random.Random(0).sample(range(len(learnt)), steps * BATCH)
    for step in range(steps):
        total, count = loss(model, [learnt[i] for i in order[step * BATCH : (step + 1) * BATCH]])
        (total / count).backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        adamw.step()
        adamw.zero_grad()
    return before, evaluated(model)


plain, packed = run(False), run(True)
print(f"float32: {plain[0]:.4f} -> {plain[1]:.4f}   nf4: {packed[0]:.4f} -> {packed[1]:.4f}")
print(f"after {steps} steps at {rate}: nf4 / float32 = {packed[1] / plain[1]:.4f}")
