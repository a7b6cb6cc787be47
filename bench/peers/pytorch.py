#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pytorch.py [--json FILE] [--repetitions N] [--min-time SECONDS] [--filter TEXT]: the training steps of bench/step.cpp
in eager PyTorch on the CPU. Rows step/SHAPE/CELL/pytorch/threads:N, medians of interleaved repetitions in us, in
google-benchmark's JSON. Needs torch alone: tests/reference/requirements.txt has the version that was used.
"""
import argparse
import json
import os
import platform
import random
import statistics
import sys
import time

# Compute as a user's machine would: not with kernels that this shell chose for other programs.
for name in ("OPENBLAS_CORETYPE", "MKL_DEBUG_CPU_TYPE", "ATEN_CPU_CAPABILITY"):
    os.environ.pop(name, None)

import torch
from torch import nn

SHAPES = {"A": (128, 28, 28, 128), "B": (1, 28, 28, 32), "C": (32, 100, 64, 64)}  # batch, steps, inputs, hidden
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CLASSES = 10


class Classifier(nn.Module):
    """Reads a sequence and says what the last state means."""

    def __init__(self, cell, inputs, hidden):
        super().__init__()
        self.recurrent, self.readout = cell(inputs, hidden), nn.Linear(hidden, CLASSES)

    def forward(self, xs):
        return self.readout(self.recurrent(xs)[0][-1])


class Step:
    """One training step of one shape and cell: forward, softmax cross-entropy, backward, Adam."""

    def __init__(self, shape, cell, threads):
        batch, steps, inputs, hidden = SHAPES[shape]
        torch.manual_seed(1)
        self.name, self.threads = f"step/{shape}/{cell}/pytorch/threads:{threads}", threads
        self.xs, self.labels = torch.rand(steps, batch, inputs), torch.arange(batch) % CLASSES
        self.model = Classifier(CELLS[cell], inputs, hidden)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.times = []  # seconds for one step, one for each repetition

    def once(self):
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.model(self.xs), self.labels).backward()
        self.optimizer.step()

    def repeat(self, seconds):
        """As many steps as take that time."""
        torch.set_num_threads(self.threads)
        self.once()  # this number of threads is new, and others' data is in the caches
        begin, count = time.perf_counter(), 0
        while (taken := time.perf_counter() - begin) < seconds or count == 0:
            self.once()
            count += 1
        self.times.append(taken / count)

    def row(self):
        median = 1e6 * statistics.median(self.times)
        return {"name": f"{self.name}_median", "run_name": self.name, "run_type": "aggregate",
                "aggregate_name": "median", "repetitions": len(self.times), "threads": 1, "time_unit": "us",
                "real_time": median, "iterations": len(self.times)}


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--min-time", type=float, default=0.1, metavar="SECONDS", help="of each repetition")
    parser.add_argument("--filter", default="", metavar="TEXT", help="only rows whose names contain it")
    chosen = parser.parse_args()
    if chosen.repetitions < 1 or chosen.min_time < 0:
        parser.error("--repetitions must be at least 1, and --min-time at least 0")
    return chosen


def main():
    chosen = options()
    torch.set_flush_denormal(True)  # as ours
    steps = [Step(shape, cell, threads) for shape in SHAPES for cell in CELLS for threads in (1, 2)]
    steps = [step for step in steps if chosen.filter in step.name]
    if not steps:
        sys.exit(f"no row has '{chosen.filter}' in its name")
    order = steps * chosen.repetitions
    random.Random(1).shuffle(order)
    for step in order:
        step.repeat(chosen.min_time)
    for row in (step.row() for step in steps):
        print(f"{row['run_name']:<40}{row['real_time']:>12.1f} us")
    if chosen.json:
        context = {"host_name": platform.node(), "num_cpus": os.cpu_count(), "library": f"PyTorch {torch.__version__}",
                   "cpu_capability": torch.backends.cpu.get_cpu_capability()}
        with open(chosen.json, "w") as file:
            json.dump({"context": context, "benchmarks": [step.row() for step in steps]}, file, indent=2)


main()
