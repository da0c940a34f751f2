"""Training steps of CLIP ViT-B/32 in PyTorch: what `npm run bench -- train --backbone clip-vit-b-32 --vs pytorch` measures ours beside."""
import torch
from torch import nn

from training_step import serve

PATCH, WIDTH, LAYERS, HEADS, EMBEDDING = 32, 768, 12, 12, 512


class QuickGelu(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.perceptron = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), QuickGelu(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        y = self.first(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.perceptron(self.second(x))


class Tower(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.token = nn.Parameter(WIDTH**-0.5 * torch.randn(WIDTH))
        self.positions = nn.Parameter(WIDTH**-0.5 * torch.randn((side // PATCH) ** 2 + 1, WIDTH))
        self.before, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.projection = nn.Parameter(WIDTH**-0.5 * torch.randn(WIDTH, EMBEDDING))

    def forward(self, pixels):
        patches = self.patches(pixels).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(patches), 1, WIDTH), patches], 1) + self.positions
        return self.after(self.blocks(self.before(tokens))[:, 0]) @ self.projection


if __name__ == "__main__":
    serve(Tower, EMBEDDING)
