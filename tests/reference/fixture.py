# SPDX-License-Identifier: BSD-3-Clause
"""Writes one fixture: inputs, parameters, outputs, cotangents and gradients of one function, in float and in double."""
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "reference"
PRECISIONS = {"float": torch.float32, "double": torch.float64}


def generator(name):
    """The case's own random numbers: they depend on its name alone, not on what else is written."""
    return np.random.default_rng(list(name.encode()))


def uniform(random, *shape, most=1.0):
    """Floats, so that both precisions begin with the same numbers."""
    return random.uniform(-most, most, shape).astype(np.float32)


def record(name, made_by, inputs, parameters, run, constants=(), only_values=()):
    """run({"inputs.x": tensor, "parameters.w": tensor, ...}) -> {"y": tensor, ...}, in two precisions.

    What `only_values` names is an output without a cotangent: it does not count for the gradients.
    """
    random = generator(name + " cotangents")
    given = {f"inputs.{key}": a for key, a in inputs.items()}
    given |= {f"parameters.{key}": a for key, a in parameters.items()}
    tensors = given | dict(constants)
    for precision, dtype in PRECISIONS.items():
        leaves = {key: torch.tensor(a, dtype=dtype, requires_grad=True) for key, a in given.items()}
        outputs = run(leaves)
        total = torch.zeros((), dtype=dtype)
        for key, y in outputs.items():
            assert y.dtype == dtype, f"{name}: {key} is {y.dtype}"
            tensors[f"{precision}.outputs.{key}"] = y.detach().numpy()
            if key not in only_values:
                cotangent = tensors.setdefault(f"cotangents.{key}", uniform(random, *y.shape))
                total = total + (torch.tensor(cotangent, dtype=dtype) * y).sum()
        for key, g in zip(leaves, torch.autograd.grad(total, list(leaves.values()))):
            tensors[f"{precision}.gradients.{key}"] = g.numpy()
    check(name, tensors)
    FOLDER.mkdir(parents=True, exist_ok=True)
    arrays = {key: np.ascontiguousarray(a).reshape(np.shape(a)) for key, a in tensors.items()}
    save_file(arrays, FOLDER / f"{name}.safetensors", {"made by": made_by})
    print(f"{name}: {len(tensors)} tensors")


def check(name, tensors):
    """The two precisions must agree, and each input and parameter must have an effect."""
    for key in tensors:
        if key.startswith("float."):
            single, double = tensors[key], tensors["double" + key.removeprefix("float")]
            assert np.isfinite(double).all(), f"{name}: {key} is not finite"
            assert np.abs(single - double).max() <= 1e-5 * max(1, np.abs(double).max()), f"{name}: {key}"
            assert np.abs(double).max() > 0, f"{name}: {key} is 0"
