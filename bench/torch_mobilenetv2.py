"""A peer for fine-tuning: training steps of the whole MobileNetV2 in PyTorch (channels last, AdamW), eager or through
torch.compile. Speaks the same protocol as worker.ts. Needs torch.

usage: torch_mobilenetv2.py [SIZE [BATCH [compile]]]
"""
import sys, time
import torch
from torch import nn

size, batch = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 128), (2, 32)))
torch.set_num_threads(2)

def conv(cin, cout, k=1, stride=1, groups=1, act=True):
    parts = [nn.Conv2d(cin, cout, k, stride, k // 2, groups=groups, bias=False), nn.BatchNorm2d(cout, eps=1e-3)]
    return nn.Sequential(*parts, *([nn.ReLU6(True)] if act else []))

class Residual(nn.Module):
    def __init__(self, cin, cout, stride, expansion):
        super().__init__()
        wide = cin * expansion
        widen = [conv(cin, wide)] if expansion > 1 else []
        self.body = nn.Sequential(*widen, conv(wide, wide, 3, stride, wide), conv(wide, cout, act=False))
        self.same = stride == 1 and cin == cout
    def forward(self, x): return x + self.body(x) if self.same else self.body(x)

layers, c = [conv(3, 32, 3, 2)], 32
for t, o, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
    for i in range(n): layers.append(Residual(c, o, s if i == 0 else 1, t)); c = o
layers += [conv(320, 1280), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 5)]
model = nn.Sequential(*layers).to(memory_format=torch.channels_last).train()
optimizer = torch.optim.AdamW(model.parameters(), 1e-4)
forward = torch.compile(model) if sys.argv[3:4] == ["compile"] else model
images = (torch.rand(batch, 3, size, size) * 2 - 1).contiguous(memory_format=torch.channels_last)
labels = torch.arange(batch) % 5

def step():
    optimizer.zero_grad()
    nn.functional.cross_entropy(forward(images), labels).backward()
    optimizer.step()

for _ in range(4): step()
print("ready", flush=True)
for _ in sys.stdin:
    step(); times = []
    for _ in range(2): t = time.perf_counter(); step(); times.append((time.perf_counter() - t) * 1e3)
    print(*times, flush=True)
