#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""keras_fixtures.py: writes tests/data/reference/keras-*.safetensors; README.md says what is in them."""
import os

os.environ["KERAS_BACKEND"] = "torch"  # for its gradients; the layers' formulas are Keras's own

import keras
import numpy as np
import torch
from keras import layers
from keras.src.backend.common import dtypes

import fixture

# Keras multiplies in float whatever the type of a layer, unless the backend is TensorFlow. There is no setting for it.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

B, T, I, H = 3, 5, 4, 5
PADDED = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]])  # the first 3, 5 and 1 steps
GAPS = np.array([[0, 1, 1, 0, 1], [1, 1, 1, 1, 1], [1, 0, 0, 1, 0]])
SEQUENCES = {"return_sequences": True, "return_state": True}
OWN_LOOP = {"use_cudnn": False}  # else Keras calls PyTorch's LSTM and GRU, on the CPU too


def parameters_of(name, made):
    """Random numbers, added to what Keras begins a bias with (1 for an LSTM's forget gate) and a norm's gamma (1)."""
    random = fixture.generator(name + " parameters")
    return {v.path: fixture.uniform(random, *v.shape, most=0.8) +
            (v.value.detach().numpy() if v.name in ("bias", "gamma") else np.float32(0))
            for layer in made for v in layer.trainable_variables}


def record(name, make, inputs, run, **more):
    """make(dtype) -> built layers; run(call, inputs) -> outputs, where call(i, ...) is layer i with the parameters."""
    made = {torch.float32: make("float32"), torch.float64: make("float64")}

    def run_leaves(leaves):
        dtype = next(iter(leaves.values())).dtype

        def call(i, *args, **options):
            layer = made[dtype][i]
            weights = [leaves["parameters." + v.path] for v in layer.trainable_variables]
            return layer.stateless_call(weights, [v.value for v in layer.non_trainable_variables], *args, **options)[0]
        return run(call, {key.removeprefix("inputs."): a for key, a in leaves.items() if key.startswith("inputs.")})
    fixture.record("keras-" + name, f"Keras {keras.__version__}, PyTorch {torch.__version__}", inputs,
                   parameters_of(name, made[torch.float32]), run_leaves, **more)


def built(layer, inputs=I):
    layer(np.zeros((B, T, inputs)))
    return layer


def sequence_inputs(name, states):
    random = fixture.generator(name)
    return {"x": fixture.uniform(random, B, T, I)} | {key: fixture.uniform(random, B, H) for key in states}


def recurrent(name, kind, states="h", mask=None, bidirectional=False, **options):
    """states: what each direction carries; inputs h0, or forward.h0 and backward.h0; outputs h, or forward.h ..."""
    short = kind.__name__.lower()
    own = {} if kind is layers.SimpleRNN else OWN_LOOP

    def make(dtype):
        layer = kind(H, **SEQUENCES, **own, **options, dtype=dtype, name=short)
        return [built(layers.Bidirectional(layer, dtype=dtype, name="bidirectional") if bidirectional else layer)]
    keys = [way + s for way in (("forward.", "backward.") if bidirectional else ("",)) for s in states]

    def run(call, given):
        more = {} if mask is None else {"mask": torch.tensor(mask, dtype=torch.bool)}
        y, *last = call(0, given["x"], initial_state=[given[key + "0"] for key in keys], **more)
        return {"y": y} | dict(zip(keys, last, strict=True))
    record(name, make, sequence_inputs(name, [key + "0" for key in keys]), run,
           constants={} if mask is None else {"mask": mask})


def stacked(name, *parts):
    """parts: (its name, kind, what it carries); each reads the outputs of the one before."""
    def make(dtype):
        return [built(kind(H, **SEQUENCES, **({} if kind is layers.SimpleRNN else OWN_LOOP), dtype=dtype, name=part),
                      inputs=H if i else I) for i, (part, kind, _) in enumerate(parts)]

    def run(call, given):
        y, last = given["x"], {}
        for i, (part, _, states) in enumerate(parts):
            keys = [f"{part}.{s}" for s in states]
            y, *own = call(i, y, initial_state=[given[key + "0"] for key in keys])
            last |= dict(zip(keys, own, strict=True))
        return {"y": y} | last
    record(name, make, sequence_inputs(name, [f"{part}.{s}0" for part, _, states in parts for s in states]), run)


def attention(name, **options):
    size, heads, key_size = 6, 2, 3
    random = fixture.generator(name)
    inputs = {key: fixture.uniform(random, B, T, size) for key in ("query", "key", "value")}

    def make(dtype):
        layer = layers.MultiHeadAttention(heads, key_size, dtype=dtype, name="attention")
        layer(*[np.zeros((B, T, size))] * 2)
        return [layer]
    record(name, make, inputs,
           lambda call, given: {"y": call(0, given["query"], given["value"], key=given["key"], **options)})


def layer_norm(name):
    x = fixture.uniform(fixture.generator(name), B, T, H, most=2.0)
    record(name, lambda dtype: [built(layers.LayerNormalization(dtype=dtype, name="norm"), inputs=H)], {"x": x},
           lambda call, given: {"y": call(0, given["x"])})


recurrent("simple-rnn", layers.SimpleRNN)
recurrent("lstm", layers.LSTM, "hc")
recurrent("gru-reset-after", layers.GRU)
recurrent("gru-reset-before", layers.GRU, reset_after=False)
recurrent("lstm-bidirectional", layers.LSTM, "hc", bidirectional=True)
recurrent("gru-bidirectional", layers.GRU, bidirectional=True)
recurrent("simple-rnn-bidirectional", layers.SimpleRNN, bidirectional=True)
recurrent("lstm-mask", layers.LSTM, "hc", mask=PADDED)
recurrent("lstm-mask-gaps", layers.LSTM, "hc", mask=GAPS)
recurrent("lstm-bidirectional-mask", layers.LSTM, "hc", mask=PADDED, bidirectional=True)
stacked("stacked", ("lstm", layers.LSTM, "hc"), ("gru", layers.GRU, "h"))
for name, *one in (("simple-rnn", layers.SimpleRNN, "h"), ("lstm", layers.LSTM, "hc"), ("gru", layers.GRU, "h")):
    stacked(name + "-stacked", ("lower", *one), ("upper", *one))
attention("attention")
attention("attention-causal", use_causal_mask=True)
layer_norm("layer-norm")
