// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything of the networks that a user needs.
#include <xtape/nn/attention.hpp>
#include <xtape/nn/batch_norm.hpp>
#include <xtape/nn/bptt.hpp>
#include <xtape/nn/clip.hpp>
#include <xtape/nn/decode.hpp>
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/forcing.hpp>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/indrnn.hpp>
#include <xtape/nn/layer_norm_lstm.hpp>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/noisy_cells.hpp>
#include <xtape/nn/norm.hpp>
#include <xtape/nn/optim.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/rnn.hpp>
#include <xtape/nn/schedule.hpp>
#include <xtape/nn/sequential.hpp>
#include <xtape/nn/summary.hpp>
#include <xtape/nn/truncated.hpp>
