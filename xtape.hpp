// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything: the engine and the networks.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/nn.hpp>
#include <xtape/version.hpp>
