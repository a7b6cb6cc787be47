# SPDX-License-Identifier: BSD-3-Clause
"""Writes the npy and npz files of tests/data/numpy, which tests/nn/io reads."""
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "numpy"
INTEGERS = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"]


def types():
    """An array of each type and order of bytes, under a name that says both: smallest, 0, 1, largest."""
    arrays = {"b1": np.array([False, False, True, True])}
    for order in "<>":
        side = "little-" if order == "<" else "big-"
        for kind in INTEGERS:
            least, most = np.iinfo(kind).min, np.iinfo(kind).max
            arrays[side + kind] = np.array([least, 0, 1, most], order + kind)
        for kind in ("f4", "f8"):
            arrays[side + kind] = np.array([-0.1, 0, np.inf, np.nan], order + kind)
    return arrays


def refused():
    """What is no array of bool, integers, float32 or float64."""
    return {
        "half": np.zeros(2, "f2"),
        "complex": np.zeros(2, "c8"),
        "text": np.array(["a", "bc"]),
        "bytes": np.array([b"a", b"bc"]),
        "date": np.array(["2000-01-01"], "M8[D]"),
        "record": np.zeros(2, [("x", "<f4"), ("y", "<i4")]),
        "object": np.array([None, 1]),
    }


def shapes():
    counting = np.arange(24, dtype="f4").reshape(2, 3, 4)
    return {
        "scalar": np.float64(7.5),
        "one": np.array([[2.5]]),
        "empty": np.zeros((0, 3), "f4"),
        "rows": counting,
        "columns": np.asfortranarray(counting),
        "matrix": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    }


def gradients():
    """x, w and the gradient of sum((tanh(x w))^2) / 4, derived here; the same in float; and mistakes of writing."""
    x, w = np.linspace(-1, 1, 12).reshape(4, 3), np.linspace(-0.5, 0.7, 6).reshape(3, 2)
    y = np.tanh(x @ w)
    da = y * (1 - y * y) / 2
    dx, dw = da @ w.T, np.asfortranarray(x.T @ da)
    return {
        "input/x": x,
        "input/w": w,
        "gradient/x": dx,
        "gradient/w": dw,
        "single/x": dx.astype("f4"),
        "single/w": dw.astype("f4"),
        "half/x": dx.astype("f2"),
        "half/w": dw,
        "misspelt/x": dx,
        "misspelt/W": dw,
        "surplus/x": dx,
        "surplus/w": dw,
        "surplus/y": y,
        "transposed/x": dx,
        "transposed/w": dw.T,
        "whole/x": (2 * x).round().astype("i8"),
    }


FOLDER.mkdir(parents=True, exist_ok=True)
for name, array in shapes().items():
    np.save(FOLDER / f"{name}.npy", array)
for version in ((1, 0), (2, 0), (3, 0)):
    with open(FOLDER / f"version-{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, np.arange(6.0).reshape(2, 3), version)
np.savez(FOLDER / "shapes.npz", **shapes())
np.savez_compressed(FOLDER / "shapes-compressed.npz", **shapes())
np.savez_compressed(FOLDER / "types.npz", **types())
np.savez_compressed(FOLDER / "refused.npz", **refused())
np.savez(FOLDER / "none.npz")
np.savez_compressed(FOLDER / "zeros.npz", x=np.zeros(1_000_000))  # 8 MB in 8 kB
np.savez(FOLDER / "gradients.npz", **gradients())
np.savez(FOLDER / "gradients-in-order.npz", gradients()["gradient/x"], gradients()["gradient/w"])
