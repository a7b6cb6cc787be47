#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# bench/run.sh [--json FILE] [google-benchmark's flags]: builds the benchmarks and runs them, repeated and interleaved
# in random order. Compare medians within one run only: machines are noisy.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

flags=(--benchmark_repetitions=15 --benchmark_min_time=0.1 --benchmark_enable_random_interleaving=true
       --benchmark_report_aggregates_only=true)
if [[ ${1:-} == --json ]]; then
    flags+=("--benchmark_out=$(realpath -m "${2:?--json needs a file}")" --benchmark_out_format=json)
    shift 2
fi
# shellcheck source=/dev/null
source "$root/apps/setup.sh"
install_to_build libbenchmark-dev
cmake --preset release -S "$root" -DXTAPE_BUILD_BENCHMARKS=ON > /dev/null
cmake --build "$root/build/release" --target step
exec "$root/build/release/bench/step" "${flags[@]}" "$@"
