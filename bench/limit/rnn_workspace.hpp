// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace xtape::bench {

struct RnnSizes {
    int B, T, I, H, K;
};

struct RnnWeights {         // row major, compact
    std::vector<float> wx;  // (I, H)
    std::vector<float> wh;  // (H, H)
    std::vector<float> b;   // (H)
    std::vector<float> v;   // (H, K)
    std::vector<float> c;   // (K)
};

// Arrays that are taken from one block of memory, all zeros at first.
class Pieces {
public:
    struct Free {
        void operator()(float* memory) const;
    };
    using Memory = std::unique_ptr<float[], Free>;
    void add(float*& piece, std::ptrdiff_t rows, int row) { pieces_.push_back({&piece, rows * row}); }
    Memory take() const;  // sets every piece that was added

private:
    std::vector<std::pair<float**, std::ptrdiff_t>> pieces_;
};

// All the memory of a training step, one block allocated once. Rows of H and K numbers are Hs and Ks apart; what lies
// between is zero and stays so, so that everything may be done in whole vectors.
struct RnnWorkspace {
    struct Block {
        float* wx;  // (I, Hs)
        float* wh;  // (H, Hs)
        float* b;   // (Hs)
        float* v;   // (H, Ks)
        float* c;   // (Ks)
    };
    RnnWorkspace(RnnSizes sizes, const RnnWeights& initial);
    RnnWeights copied(const Block& block) const;

    RnnSizes n;
    int Hs, Ks;
    std::ptrdiff_t count;                       // numbers in a block, which are contiguous
    Block parameters, gradients, mean, square;  // the last two are Adam's
    float *h, *e;                               // (T, B, Hs)   H_1..H_T and dL/dA_1..dL/dA_T
    float* o;                                   // (B, Ks)      O, then dL/dO
    float* wh_t;                                // (H, Hs)      W_h'
    float* v_t;                                 // (K, Hs)      V'

private:
    void allocate();
    Pieces::Memory memory_;
};

}  // namespace xtape::bench
