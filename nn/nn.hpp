// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/attention.hpp>
#include <xtape/nn/batch_norm.hpp>
#include <xtape/nn/clip.hpp>
#include <xtape/nn/dropout.hpp>
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/forcing.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/noisy_cells.hpp>
#include <xtape/nn/norm.hpp>
#include <xtape/nn/optim.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/rnn.hpp>
#include <xtape/nn/schedule.hpp>
#include <xtape/nn/sequence.hpp>
#include <xtape/nn/sequential.hpp>
#include <xtape/nn/summary.hpp>
