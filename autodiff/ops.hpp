// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The catalogue of operations, by families. Every one can be differentiated at any order, and throws Error with its
// name and shapes. Axes and places count from 0; those of type ptrdiff_t from the end when negative, time steps
// excepted. Arrays come before axes before places. Where there are several operands, arrays, xtensor expressions and
// numbers stand beside variables.

#include <xtape/autodiff/ops/elementwise.hpp>
#include <xtape/autodiff/ops/gates.hpp>
#include <xtape/autodiff/ops/index.hpp>
#include <xtape/autodiff/ops/matmul.hpp>
#include <xtape/autodiff/ops/norm.hpp>
#include <xtape/autodiff/ops/reduce.hpp>
#include <xtape/autodiff/ops/shape.hpp>
#include <xtape/autodiff/ops/softmax.hpp>
