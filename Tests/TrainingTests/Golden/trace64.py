"""Ten AdamW steps of LoRA on SmolLM2 in float64: python trace64.py NAME TRACE_JSON MODEL_FOLDER."""
import json, math, sys, torch, numpy as np
torch.set_num_threads(1)
from transformers import AutoModelForCausalLM
from peft import LoraConfig, get_peft_model
d=json.load(open(sys.argv[2]))
name=sys.argv[1]; dt=torch.float64
c=d['lora'][name]
m=AutoModelForCausalLM.from_pretrained(sys.argv[3],gguf_file='SmolLM2-135M-Instruct.Q4_1.gguf',dtype=torch.float32,attn_implementation='sdpa')
m=m.to(dt); 
m=get_peft_model(m,LoraConfig(r=c['rank'],lora_alpha=c['alpha'],target_modules=c['targets'],use_rslora=c.get('use_rslora',False)))
names=["q_proj","k_proj","v_proj","o_proj","gate_proj","up_proj","down_proj"]
for n,p in m.named_parameters():
    if 'lora_A' in n:
        parts=n.split('.'); L=int(parts[parts.index('layers')+1]); mod=[x for x in names if x in parts][0]
        seed=10*L+names.index(mod); i=np.arange(p.shape[0])[:,None]; j=np.arange(p.shape[1])[None]
        p.data=torch.tensor((0.05*np.sin(1+0.7*i+0.013*j+0.11*seed)).astype(np.float32)).to(dt)
    if 'lora_B' in n: p.data.zero_()
ps=[p for p in m.parameters() if p.requires_grad]
opt=torch.optim.AdamW(ps,lr=c['lr'],betas=(.9,.999),eps=1e-8,weight_decay=c['weight_decay'])
def batch(rows):
    L=max(len(r['prompt_ids'])+len(r['completion_ids']) for r in rows)
    ids=torch.full((len(rows),L),2); att=torch.zeros(len(rows),L,dtype=torch.long); lab=torch.full((len(rows),L),-100)
    for k,r in enumerate(rows):
        t=r['prompt_ids']+r['completion_ids']; ids[k,:len(t)]=torch.tensor(t); att[k,:len(t)]=1; lab[k,len(r['prompt_ids']):len(t)]=torch.tensor(r['completion_ids'])
    return ids,att,lab
B=[batch(d['batch_a']),batch(d['batch_b'])]
for s in range(10):
    ids,att,lab=B[s%2]
    z=m(input_ids=ids,attention_mask=att).logits[:,:-1]; t=lab[:,1:]; k=t!=-100
    loss=torch.nn.functional.cross_entropy(z[k],t[k]); opt.zero_grad(); loss.backward()
    n=torch.nn.utils.clip_grad_norm_(ps,1.0); opt.step()
    print(s, loss.item(), float(n), c['steps'][s], flush=True)
