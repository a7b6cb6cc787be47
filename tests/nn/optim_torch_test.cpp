// SPDX-License-Identifier: BSD-3-Clause
// Optimisers against the numbers of PyTorch 2.3.1 (2.3.1+cu121, on the CPU, double). Made once by
//     import torch
//     w = torch.tensor([1., -2., .5], dtype=torch.double, requires_grad=True)
//     o = torch.optim.AdamW([w], lr=.1, betas=(.8, .95), eps=1e-3, weight_decay=.3)
//     for k in range(1, 6):
//         w.grad = torch.tensor([1., -.5 * k, .1], dtype=torch.double) / k; o.step(); print(w.tolist())
// and the same with o = torch.optim.SGD([w], lr=.1, momentum=.9).
#include <xtape/nn/optim.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

struct Weights {
    using value_type = double;
    Parameter<double> w{"w", array<double>({1, 3}, {1, -2, 0.5})};  // a matrix, so that it decays
    template <class F> void visit(F&& f) { f("w", w); }
};

const double adamw[5][3]{{0.8700999000999, -1.8401996007984032, 0.385990099009901},
                         {0.7520484846852978, -1.6851932135728542, 0.28350360469058444},
                         {0.6446284522958527, -1.5348370179640718, 0.19127596098470231},
                         {0.5467511380452653, -1.3889915082235529, 0.10819582755526451},
                         {0.457476593173885, -1.2475213637752496, 0.03331286341545704}};
const double sgd[5][3]{{0.9, -1.95, 0.49},
                       {0.76, -1.855, 0.476},
                       {0.6006666666666667, -1.7195, 0.4600666666666666},
                       {0.4322666666666667, -1.54755, 0.4432266666666666},
                       {0.2607066666666667, -1.342795, 0.4260706666666666}};

void check_steps(auto optimizer, const double (&expected)[5][3]) {
    Weights model;
    for (int k = 1; k <= 5; ++k) {
        const Tape tape;
        const Array<double> g = array<double>({1, 3}, {1.0 / k, -0.5 * k / k, 0.1 / k});
        optimizer.step(model, backward(sum(model.w * g)));
        for (std::size_t i = 0; i < 3; ++i) {
            INFO("step ", k, ", number ", i);
            CHECK(std::abs(model.w.value()(0, i) - expected[k - 1][i]) <= 1e-14);
        }
    }
}

TEST_CASE("AdamW makes PyTorch's steps") { check_steps(nn::AdamW<double>({0.1, 0.8, 0.95, 1e-3, 0.3}), adamw); }

TEST_CASE("SGD with momentum makes PyTorch's steps") {
    check_steps(nn::SGD<double>({.rate = 0.1, .momentum = 0.9}), sgd);
}

}  // namespace
}  // namespace xtape::test
