"""Numbers of lm-evaluation-harness for the tiny model: harness.json beside this file.

    pip install lm-eval==0.4.13 transformers torch
    python harness.py

Made with lm-eval 0.4.13, transformers 5.24, torch 2.13 (CPU, float32).
"""

import json
import tempfile
from pathlib import Path

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.api.task import ConfigurableTask

here = Path(__file__).parent
tiny = here.parent.parent.parent / "stdlib" / "tiny"

EXAMPLES = [
    {"question": "spell tac", "options": ["cat", "act"], "label": 0},
    {"question": "spell god", "options": ["dog", "odg"], "label": 0},
    {"question": "spell nus", "options": ["snu", "sun"], "label": 1},
]
ROWS = [
    {"question": "spell eerT", "options": ["Tree", "Tere", "a much longer answer"], "label": 0},
    {"question": "spell dog backwards ", "options": ["god", "dgo"], "label": 0},
    {"question": "café crème?", "options": ["crème", "cafe", "ünï", "x"], "label": 2},
    {"question": "ab", "options": ["ba", "ab", "abab", "baba", "b"], "label": 0},
    {"question": "The sky is\n", "options": ["blue", "red"], "label": 1},
    {"question": "1 + 1 =", "options": ["2", "11", "3"], "label": 0},
    {"question": "Say: olleh", "options": ["hello", "olleh"], "label": 0},
    {"question": "What is in a name? " * 12, "options": ["a rose", "nothing", "by any other"], "label": 1},
]


def task(name, folder, output, **more):
    files = {"test": str(folder / "test.jsonl"), "dev": str(folder / "dev.jsonl")}
    return ConfigurableTask(
        config={
            "task": name,
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": files},
            "test_split": "test",
            "fewshot_split": "dev",
            "fewshot_config": {"sampler": "first_n"},
            "output_type": output,
            "doc_to_text": "{{question}}",
            **more,
        }
    )


def choices(name, folder):
    metrics = [
        {"metric": m, "aggregation": "mean", "higher_is_better": True}
        for m in ("acc", "acc_norm", "acc_bytes")
    ]
    return task(
        name, folder, "multiple_choice", doc_to_choice="options", doc_to_target="label",
        metric_list=metrics,
    )


def answers(name, folder):
    return task(
        name, folder, "generate_until", doc_to_target="{{options[label]}}",
        generation_kwargs={"until": ["\n\n"], "do_sample": False, "max_gen_toks": 12},
        metric_list=[{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    )


def main():
    torch.set_num_threads(1)
    model = HFLM(pretrained=str(tiny), dtype="float32", device="cpu", batch_size=1)
    result = {"rows": ROWS, "examples": EXAMPLES, "runs": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for split, rows in (("test", ROWS), ("dev", EXAMPLES)):
            lines = [json.dumps(row) + "\n" for row in rows]
            (folder / f"{split}.jsonl").write_text("".join(lines))
        for shots in (0, 2):
            for kind, make in (("choices", choices), ("answers", answers)):
                label = f"{kind}_{shots}"
                found = simple_evaluate(
                    model, tasks=[make(label, folder)], num_fewshot=shots, log_samples=True,
                    bootstrap_iters=0,
                )
                samples = sorted(found["samples"][label], key=lambda s: s["doc_id"])
                values = {
                    key.split(",")[0]: value
                    for key, value in found["results"][label].items()
                    if isinstance(value, float)
                }
                run = {"kind": kind, "shots": shots, "metrics": values}
                if kind == "choices":
                    run["loglikelihoods"] = [
                        [float(r[0]) for r in s["filtered_resps"]] for s in samples
                    ]
                else:
                    run["answers"] = [s["resps"][0][0] for s in samples]
                result["runs"].append(run)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (here / "harness.json").write_text(text)


if __name__ == "__main__":
    main()
