// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace xtape {

// Which BLAS kernels run in this process. `core` is OpenBLAS's name of the processor it took kernels for; `mended`
// says that it had fallen back to its oldest ones and was told better (up to 4 times faster).
struct Blas {
    std::string core;
    bool mended = false;
};

// OpenBLAS knows processors by model number and takes 2004's kernels on one that it does not know. Looked at once,
// at the first product of the process; what a user sets in OPENBLAS_CORETYPE is respected. Another BLAS is left alone
// and called "unknown".
const Blas& blas();

// How many threads BLAS works with, 0 if it does not say.
int blas_threads();

// BLAS's own threads, a number of the whole process, set to one for as long as any of these lives: parallelism belongs
// to shards of a batch. The last one restores what was set before the first.
class OneBlasThread {
public:
    OneBlasThread();
    ~OneBlasThread();
    OneBlasThread(const OneBlasThread&) = delete;
    OneBlasThread& operator=(const OneBlasThread&) = delete;
};

}  // namespace xtape
