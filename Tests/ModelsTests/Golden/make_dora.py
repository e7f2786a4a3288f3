"""Makes dora.json: a linear layer with a DoRA adapter in PEFT, its gradients, and its merge.

Run:  pip install peft==0.21.2 torch && python make_dora.py > dora.json
"""
import json
import torch
from peft import LoraConfig, get_peft_model

torch.manual_seed(5)
OUT, IN, RANK, ROWS = 5, 7, 2, 3


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(IN, OUT, bias=True)

    def forward(self, x):
        return self.lin(x)


base = Model()
W, bias = base.lin.weight.detach().clone(), base.lin.bias.detach().clone()
model = get_peft_model(base, LoraConfig(r=RANK, lora_alpha=6, target_modules=["lin"], use_dora=True))
layer = model.base_model.model.lin
start = layer.lora_magnitude_vector["default"].weight.detach().clone()
with torch.no_grad():
    layer.lora_B["default"].weight.normal_(std=0.5)
    layer.lora_magnitude_vector["default"].weight.mul_(torch.linspace(0.7, 1.4, OUT))
x = torch.randn(ROWS, IN, requires_grad=True)
up = torch.randn(ROWS, OUT)
y = model(x)
(y * up).sum().backward()
A, B = layer.lora_A["default"].weight, layer.lora_B["default"].weight
m = layer.lora_magnitude_vector["default"].weight
result = {
    "W": W, "bias": bias, "A": A, "B": B, "m": m, "start": start, "x": x, "up": up, "y": y,
    "dA": A.grad, "dB": B.grad, "dm": m.grad, "dx": x.grad,
}
result["merged"] = model.merge_and_unload().lin.weight
print(json.dumps({"made_by": "make_dora.py, peft 0.21.2", "rank": RANK, "alpha": 6} |
                 {k: {"shape": list(v.shape), "numbers": v.detach().reshape(-1).tolist()}
                  for k, v in result.items()}))
