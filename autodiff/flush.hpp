// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace xtape {

// Numbers below the normal range count as zero on this thread (FTZ and DAZ) until this ends, which restores what was.
// Gradients that vanish through time reach that range, where a processor is up to 40 times slower.
class FlushDenormals {
public:
#if defined(__SSE__)
    FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
    ~FlushDenormals() { _mm_setcsr(before_); }
#else
    FlushDenormals() : before_(0) {}
#endif
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    unsigned before_;
};

}  // namespace xtape
