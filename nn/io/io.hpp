// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything of files that a user needs.
#include <xtape/nn/io/compare.hpp>
#include <xtape/nn/io/import.hpp>
#include <xtape/nn/io/model.hpp>
#include <xtape/nn/io/npy.hpp>
#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/io/safetensors.hpp>
