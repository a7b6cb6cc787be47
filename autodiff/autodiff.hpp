// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything of the engine that a user needs.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/autodiff/compare_methods.hpp>
#include <xtape/autodiff/data.hpp>
#include <xtape/autodiff/dump.hpp>
#include <xtape/autodiff/grad.hpp>
#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/autodiff/ops.hpp>
#include <xtape/autodiff/tape.hpp>
