"""From a checkpoint to a folder that `faster_whisper.WhisperModel` loads: int8 CTranslate2."""

import itertools
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ctranslate2.specs import whisper_spec
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from monitor.demo.training import vocabulary
from monitor.demo.training.network import Attention, Layer, Recogniser
from monitor.demo.training.vocabulary import Vocabulary


def load_average(checkpoint: Path) -> Recogniser:
    """The averaged weights of a checkpoint, ready for export."""
    from monitor.demo.training.train import shape

    network = Recogniser(shape())
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(saved["average"])
    network.eval()
    return network


def export(network: Recogniser, out: Path, *, quantization: str = "int8") -> None:
    """Write the model folder beside its place, then move it there file by file."""
    half = out.with_name(f"{out.name}.half-{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    words = vocabulary.load()
    spec = _spec(network, words)
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(half))
    tokenizer(words).save(str(half / "tokenizer.json"))
    (half / "preprocessor_config.json").write_text(json.dumps(_preprocessor(), indent=1) + "\n")
    out.mkdir(parents=True, exist_ok=True)
    for path in half.iterdir():
        path.replace(out / path.name)
    half.rmdir()


def tokenizer(words: Vocabulary) -> Tokenizer:
    """One token per character; marks are special."""
    table = {token: i for i, token in enumerate(words.tokens)}
    out = Tokenizer(models.WordLevel(table, unk_token=""))
    out.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    out.decoder = decoders.Fuse()
    marks = words.tokens[words.end :]
    out.add_special_tokens([AddedToken(m, special=True, normalized=False) for m in marks])
    return out


def _preprocessor() -> dict[str, Any]:
    front = FeatureExtractor()
    return {
        "chunk_length": 30,
        "feature_size": 80,
        "feature_extractor_type": "WhisperFeatureExtractor",
        "hop_length": front.hop_length,
        "n_fft": front.n_fft,
        "n_samples": front.n_samples,
        "nb_max_frames": front.nb_max_frames,
        "padding_side": "right",
        "padding_value": 0.0,
        "return_attention_mask": False,
        "sampling_rate": front.sampling_rate,
    }


def _spec(network: Recogniser, words: Vocabulary) -> Any:
    shape = network.shape
    spec = whisper_spec.WhisperSpec(
        shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads
    )
    for name in ("conv1", "conv2"):
        _linear(getattr(spec.encoder, name), getattr(network, name))
    spec.encoder.position_encodings.encodings = _array(network.get_buffer("frame_positions"))
    _norm(spec.encoder.layer_norm, network.encoder_norm)
    spec.decoder.embeddings.weight = _array(network.embedding.weight)
    spec.decoder.projection.weight = _array(network.embedding.weight)
    spec.decoder.position_encodings.encodings = _array(network.text_positions)
    _norm(spec.decoder.layer_norm, network.decoder_norm)
    for target, layer in zip(spec.encoder.layer, network.encoder, strict=True):
        _layer(target, layer)
    for target, layer in zip(spec.decoder.layer, network.decoder, strict=True):
        _layer(target, layer)
    spec.register_vocabulary(list(words.tokens))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [words.end]
    spec.config.lang_ids = [words.ids["<|zh|>"]]
    upper = range(shape.decoder_layers // 2, shape.decoder_layers)
    spec.config.alignment_heads = [list(h) for h in itertools.product(upper, range(shape.heads))]
    return spec


def _layer(target: Any, layer: Layer) -> None:
    _norm(target.self_attention.layer_norm, layer.self_norm)
    _attention(target.self_attention, layer.self_attention)
    if layer.cross_attention is not None:
        _norm(target.attention.layer_norm, layer.cross_norm)
        _attention(target.attention, layer.cross_attention)
    _norm(target.ffn.layer_norm, layer.mlp_norm)
    _linear(target.ffn.linear_0, layer.mlp_in)
    _linear(target.ffn.linear_1, layer.mlp_out)


def _attention(target: Any, attention: Attention) -> None:
    """CTranslate2 joins the projections as this network does: [query,] read, out."""
    parts = [attention.query, attention.read, attention.out]
    for slot, part in zip(target.linear, [p for p in parts if p is not None], strict=True):
        _linear(slot, part)


def _linear(target: Any, part: Any) -> None:
    target.weight = _array(part.weight)
    target.bias = _array(part.bias)


def _norm(target: Any, part: Any) -> None:
    target.gamma = _array(part.weight)
    target.beta = _array(part.bias)


def _array(tensor: torch.Tensor) -> "np.ndarray[Any, np.dtype[np.float32]]":
    return np.asarray(tensor.detach().float().numpy(), np.float32)
