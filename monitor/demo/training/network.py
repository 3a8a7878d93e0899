"""The network in PyTorch: Whisper's shape (encoder, decoder, pre-norm), small, with a CTC head.

The CTC head over tone syllables only helps training; the exported model does not contain it.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network; the defaults are those of the bundled model."""

    tokens: int
    syllables: int
    width: int = 256
    heads: int = 4
    encoder_layers: int = 4
    decoder_layers: int = 2
    mels: int = 80
    frames: int = 1500
    longest_text: int = 448


class Attention(nn.Module):  # type: ignore[misc, unused-ignore]
    """Multi-head attention with one projection for what is read (query, key, value)."""

    def __init__(self, shape: Shape, *, cross: bool) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.scale = (width // shape.heads) ** -0.5
        self.query = nn.Linear(width, width) if cross else None
        self.read = nn.Linear(width, 2 * width if cross else 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None, *, causal: bool = False) -> Tensor:
        if self.query is not None and memory is not None:
            q = self.query(x)
            k, v = self.read(memory).chunk(2, dim=-1)
        else:
            q, k, v = self.read(x).chunk(3, dim=-1)
        # Written out: on CPUs torch's fused kernel takes longer than this, backwards most of all.
        q, k, v = self._split(q) * self.scale, self._split(k), self._split(v)
        weights = q @ k.transpose(-1, -2)
        if causal:
            later = torch.full(weights.shape[-2:], -1e4, dtype=weights.dtype).triu(1)
            weights = weights + later
        mixed = weights.softmax(dim=-1) @ v
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return out

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Layer(nn.Module):  # type: ignore[misc, unused-ignore]
    """One pre-norm layer: attention to itself, to the encoder if asked, then the MLP."""

    def __init__(self, shape: Shape, *, cross: bool) -> None:
        super().__init__()
        width = shape.width
        self.self_norm = nn.LayerNorm(width)
        self.self_attention = Attention(shape, cross=False)
        self.cross_norm = nn.LayerNorm(width) if cross else None
        self.cross_attention = Attention(shape, cross=True) if cross else None
        self.mlp_norm = nn.LayerNorm(width)
        self.mlp_in = nn.Linear(width, 4 * width)
        self.mlp_out = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        x = x + self.self_attention(self.self_norm(x), causal=memory is not None)
        if self.cross_attention is not None and self.cross_norm is not None:
            x = x + self.cross_attention(self.cross_norm(x), memory)
        return x + self.mlp_out(functional.gelu(self.mlp_in(self.mlp_norm(x))))


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's fixed position encodings, `(length, width)`."""
    steps = math.log(10_000) / (width // 2 - 1)
    rates = torch.exp(-steps * torch.arange(width // 2).float())
    angles = torch.arange(length).float()[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Recogniser(nn.Module):  # type: ignore[misc, unused-ignore]
    """Log-mel windows `(batch, mels, frames)` and tokens `(batch, text)` in, scores out."""

    def __init__(self, shape: Shape, *, dropout: float = 0.0) -> None:
        super().__init__()
        width = shape.width
        self.shape = shape
        self.conv1 = nn.Conv1d(shape.mels, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("frame_positions", sinusoids(shape.frames, width))
        layers = [Layer(shape, cross=False) for _ in range(shape.encoder_layers)]
        self.encoder = nn.ModuleList(layers)
        self.encoder_norm = nn.LayerNorm(width)
        self.embedding = nn.Embedding(shape.tokens, width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.text_positions = nn.Parameter(torch.randn(shape.longest_text, width) * 0.01)
        readers = [Layer(shape, cross=True) for _ in range(shape.decoder_layers)]
        self.decoder = nn.ModuleList(readers)
        self.decoder_norm = nn.LayerNorm(width)
        self.ctc = nn.Linear(width, shape.syllables)
        self.dropout = nn.Dropout(dropout)

    def encode(self, mels: Tensor) -> Tensor:
        """`(batch, mels, frames)` → `(batch, frames / 2, width)`."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mels)))).transpose(1, 2)
        positions: Tensor = self.get_buffer("frame_positions")
        x = self.dropout(x + positions[: x.shape[1]].to(x.dtype))
        for layer in self.encoder:
            x = layer(x)
        out: Tensor = self.encoder_norm(x)
        return out

    def decode(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """Hidden states `(batch, text, width)`; `scores` turns them into token scores."""
        x = self.embedding(tokens) + self.text_positions[: tokens.shape[1]]
        x = self.dropout(x.to(memory.dtype))
        for layer in self.decoder:
            x = layer(x, memory)
        out: Tensor = self.decoder_norm(x)
        return out

    def scores(self, hidden: Tensor) -> Tensor:
        """`(…, width)` → `(…, tokens)`: the embedding is used both ways."""
        return functional.linear(hidden, self.embedding.weight)
