"""Log-likelihoods of lm-evaluation-harness for SmolLM2 on real rows: smollm2_harness.json beside this file.

    pip install lm-eval==0.4.13 transformers gguf accelerate torch
    python smollm2_harness.py MODEL.gguf ROWS [TASK ...]

MODEL.gguf is SmolLM2-135M-Instruct, ROWS the folder with llm-eval/, mmlu/ and tokenizers/. Everything runs offline,
on rows that are read in place; the result names the rows and holds no text of them.
"""

import csv
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}

import torch
import transformers
from lm_eval import simple_evaluate
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM

HERE = Path(__file__).parent
COUNT = 200
# Sums as large as this are known to no more than 2e-3 in float32; they are told in float64 as well.
LARGE = 300.0


def jsonl(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def mmlu(path):
    with open(path, newline="") as file:
        return [{"question": row[0], "choices": row[1:5], "answer": "ABCD".index(row[5])}
                for row in csv.reader(file)]


def truthful(path):
    """mc2: the true answers, then the false ones."""
    rows = []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            parts = [[x.strip() for x in row[k].split(";") if x.strip()]
                     for k in ("Correct Answers", "Incorrect Answers")]
            rows.append({"question": row["Question"], "choices": parts[0] + parts[1],
                         "labels": [1] * len(parts[0]) + [0] * len(parts[1])})
    return rows


QUERY = {"doc_to_choice": "choices", "doc_to_target": "gold"}
GAUNTLET = QUERY | {"doc_to_text": "{{query}}\nAnswer:"}
SCHEMA = {"doc_to_text": lambda doc: doc["gold"], "doc_to_choice": lambda doc: doc["context_options"],
          "doc_to_target": lambda doc: doc["continuation"]}
LETTERS = {
    "doc_to_text": "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\n"
                   "D. {{choices[3]}}\nAnswer:",
    "doc_to_choice": ["A", "B", "C", "D"], "doc_to_target": "answer",
    "description": "The following are multiple choice questions (with answers) about astronomy.\n\n"}
TRUTHFUL = {"doc_to_text": "Q: {{question}}\nA:", "doc_to_choice": "choices", "doc_to_target": 0}
WORD = {"output_type": "loglikelihood", "doc_to_text": "{{context}}",
        "doc_to_target": "{{' ' + continuation}}"}

# name: file of the rows, how they are read, the file of the shots, how many of them, the form
TASKS = {
    "arc_easy": ("llm-eval/arc_easy.jsonl", jsonl, None, 0, GAUNTLET),
    "openbook_qa": ("llm-eval/openbook_qa.jsonl", jsonl, None, 0, QUERY | {"doc_to_text": "query"}),
    "winogrande": ("llm-eval/winogrande.jsonl", jsonl, None, 0, SCHEMA),
    "piqa": ("llm-eval/piqa.jsonl", jsonl, None, 0, GAUNTLET),
    "mmlu": ("mmlu/test/astronomy_test.csv", mmlu, "mmlu/dev/astronomy_dev.csv", 2, LETTERS),
    "truthfulqa": ("truthfulqa/TruthfulQA.csv", truthful, None, 0, TRUTHFUL),
    "lambada": ("llm-eval/lambada_openai.jsonl", jsonl, None, 0, WORD),
}


def task(name, folder, rows, shots, form):
    files = {"test": str(folder / "test.jsonl")}
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    more = {}
    if shots:
        files["dev"] = str(folder / "dev.jsonl")
        (folder / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in shots))
        more = {"fewshot_split": "dev", "fewshot_config": {"sampler": "first_n"}}
    metrics = ["acc", "perplexity"] if "output_type" in form else ["acc", "acc_norm"]
    return ConfigurableTask(config={
        "task": name, "dataset_path": "json", "dataset_kwargs": {"data_files": files},
        "test_split": "test", "output_type": "multiple_choice",
        "metric_list": [{"metric": m} for m in metrics]} | more | form)


def run(model, name, home):
    path, read, dev, count, form = TASKS[name]
    rows = read(home / path)[:COUNT]
    with tempfile.TemporaryDirectory() as temporary:
        made = task(name, Path(temporary), rows, read(home / dev) if dev else None, form)
        start = time.perf_counter()
        found = simple_evaluate(
            model, tasks=[made], num_fewshot=count, log_samples=True, bootstrap_iters=0)
        seconds = time.perf_counter() - start
    samples = sorted(found["samples"][name], key=lambda s: s["doc_id"])
    large = [(s["doc_id"], i, s["arguments"][i]) for s in samples
             for i, r in enumerate(s["filtered_resps"]) if abs(float(r[0])) > LARGE]
    return {
        "rows": path, "shots": dev, "count": count, "seconds": round(seconds, 2),
        "metrics": {key.split(",")[0]: value for key, value in found["results"][name].items()
                    if isinstance(value, float)},
        "loglikelihoods": [[round(float(r[0]), 5) for r in s["filtered_resps"]] for s in samples],
        "greedy": [bool(s["filtered_resps"][0][1]) for s in samples],
        "float64": [[row, i, exact(model, *given)] for row, i, given in large],
    }


def exact(model, context, continuation):
    """The log-likelihood in float64, one sequence at a time, without padding."""
    given, asked = model._encode_pair(context, continuation)
    # Transformers' own `double` refuses what came from a GGUF file.
    network = torch.nn.Module.double(model.model)
    with torch.no_grad():
        logits = network(torch.tensor([given + asked])).logits[0, :-1]
    torch.nn.Module.float(model.model)
    logs = torch.log_softmax(logits, -1)[len(given) - 1:]
    return round(logs[torch.arange(len(asked)), torch.tensor(asked)].sum().item(), 6)


def main():
    path = Path(sys.argv[1])
    names = sys.argv[3:] or list(TASKS)
    where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    # The published tokenizer: what Transformers makes of the one in a GGUF file cuts two spaces before a
    # digit in two, which the published one does not.
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(Path(sys.argv[2]) / "tokenizers/smollm2/tokenizer.json"),
        bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>")
    network = transformers.AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    model = HFLM(pretrained=network, tokenizer=tokenizer, dtype="float32", batch_size=8)
    file = HERE / "smollm2_harness.json"
    result = json.loads(file.read_text()) if file.exists() else {
        "made_by": "smollm2_harness.py, lm-eval 0.4.13, float32, two threads", "tasks": {}}
    for name in names:
        result["tasks"][name] = run(model, name, Path(sys.argv[2]))
        file.write_text(json.dumps(result) + "\n")
        print(name, result["tasks"][name]["metrics"], result["tasks"][name]["seconds"], flush=True)


if __name__ == "__main__":
    main()
