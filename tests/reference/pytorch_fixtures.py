#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pytorch_fixtures.py: writes tests/data/reference/torch-*.safetensors; README.md says what is in them."""
import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import fixture

T, B, I, H = 5, 3, 4, 5
LENGTHS = np.array([3, 5, 1])


def split(leaves, kind):
    return {key.removeprefix(kind + "."): a for key, a in leaves.items() if key.startswith(kind + ".")}


def record(name, module, inputs, run, most=1.0, **more):
    """run(call, inputs) -> outputs, where call(...) is the module with this precision's parameters."""
    random = fixture.generator(name + " parameters")
    parameters = {key: fixture.uniform(random, *p.shape, most=most) for key, p in module.named_parameters()}

    def run_leaves(leaves):
        def call(*args, **options):
            return functional_call(module, split(leaves, "parameters"), args, options)
        return run(call, split(leaves, "inputs"))
    fixture.record("torch-" + name, f"PyTorch {torch.__version__}", inputs, parameters, run_leaves, **more)


def recurrent(name, kind, lengths=None, **options):
    module = kind(I, H, **options)
    random = fixture.generator(name)
    rows = module.num_layers * (2 if module.bidirectional else 1)
    inputs = {"x": fixture.uniform(random, T, B, I),
              "h0": fixture.uniform(random, rows, B, getattr(module, "proj_size", 0) or H)}
    if kind is nn.LSTM:
        inputs["c0"] = fixture.uniform(random, rows, B, H)

    def run(call, given):
        state = (given["h0"], given["c0"]) if kind is nn.LSTM else given["h0"]
        x = given["x"]
        if lengths is not None:
            x = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
        y, last = call(x, state)
        if lengths is not None:
            y, _ = pad_packed_sequence(y, total_length=T)
        return {"y": y} | (dict(zip("hc", last)) if kind is nn.LSTM else {"h": last})
    record(name, module, inputs, run, most=0.8, constants={} if lengths is None else {"lengths": lengths})


def all_recurrent():
    kinds = {"rnn-tanh": (nn.RNN, {}), "rnn-relu": (nn.RNN, {"nonlinearity": "relu"}), "lstm": (nn.LSTM, {}),
             "gru": (nn.GRU, {})}
    for name, (kind, options) in kinds.items():
        recurrent(f"{name}-stacked", kind, num_layers=2, **options)
        recurrent(f"{name}-bidirectional", kind, bidirectional=True, **options)
        recurrent(f"{name}-stacked-bidirectional", kind, num_layers=2, bidirectional=True, **options)
    recurrent("lstm-projection", nn.LSTM, proj_size=3)
    recurrent("lstm-lengths", nn.LSTM, lengths=LENGTHS, num_layers=2, bidirectional=True)


def attention(name, causal=False, padding=False):
    steps = T if causal else T - 1  # of the queries
    size, heads = 6, 2
    random = fixture.generator(name)
    inputs = {"query": fixture.uniform(random, steps, B, size), "key": fixture.uniform(random, T, B, size),
              "value": fixture.uniform(random, T, B, size)}
    masks = {}  # True: not to be looked at
    if causal:
        masks["attn_mask"] = torch.ones(T, T, dtype=torch.bool).triu(1)
    if padding:
        masks["key_padding_mask"] = torch.arange(T)[None, :] >= torch.tensor(LENGTHS)[:, None]

    def run(call, given):
        y, weights = call(given["query"], given["key"], given["value"], average_attn_weights=False, **masks)
        return {"y": y, "weights": weights}
    record(name, nn.MultiheadAttention(size, heads), inputs, run, only_values={"weights"},
           constants={key: mask.long().numpy() for key, mask in masks.items()})


def all_attention():
    attention("attention")
    attention("attention-causal", causal=True)
    attention("attention-padding", padding=True)
    attention("attention-causal-padding", causal=True, padding=True)


def feedforward(name, module, *shape):
    x = fixture.uniform(fixture.generator(name), *shape, most=2.0)
    record(name, module, {"x": x}, lambda call, given: {"y": call(given["x"])})


def batch_norm(name, training):
    random = fixture.generator(name)
    x = fixture.uniform(random, 2 * B, I, most=2.0)
    buffers = {"running_mean": fixture.uniform(random, I), "running_var": 1 + fixture.uniform(random, I, most=0.5)}
    module = nn.BatchNorm1d(I).train(training)

    def run(call, given):
        dtype = given["x"].dtype
        module.to(dtype)
        for key, a in buffers.items():
            getattr(module, key).copy_(torch.tensor(a))
        y = call(given["x"])
        return {"y": y} | {key: getattr(module, key).clone() for key in buffers}
    record(name, module, {"x": x}, run, only_values=set(buffers),
           constants={f"buffers.{key}": a for key, a in buffers.items()})


def embedding():
    index = np.array([[1, 6, 1], [0, 2, 6]])
    record("embedding", nn.Embedding(7, 4), {}, lambda call, given: {"y": call(torch.tensor(index))},
           constants={"index": index})


def cross_entropy(name, smoothing):
    labels = np.array([2, 0, 1, 2])
    x = fixture.uniform(fixture.generator(name), 4, 3, most=3.0)
    record(name, nn.CrossEntropyLoss(label_smoothing=smoothing), {"x": x},
           lambda call, given: {"y": call(given["x"], torch.tensor(labels))}, constants={"labels": labels})


all_recurrent()
all_attention()
feedforward("linear", nn.Linear(I, H), T, B, I)
feedforward("layer-norm", nn.LayerNorm(H), T, B, H)
feedforward("rms-norm", nn.RMSNorm(H, eps=1e-5), T, B, H)
batch_norm("batch-norm-train", True)
batch_norm("batch-norm-eval", False)
embedding()
cross_entropy("cross-entropy", 0.0)
cross_entropy("cross-entropy-smoothed", 0.1)
