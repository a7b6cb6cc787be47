// SPDX-License-Identifier: BSD-3-Clause
// Attention's gradients, the engine's beside those derived by hand.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/analytic/multi_head.hpp>
#include <xtape/nn/attention.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

namespace analytic = nn::analytic;
using V = Variable<double>;
constexpr std::size_t H = 13;  // no multiple of a vector register

struct Sizes {
    std::size_t T, S, B;
};
constexpr Sizes sizes[]{{1, 1, 1}, {2, 3, 5}, {7, 7, 3}, {5, 50, 33}};

// Padding at the ends, a row without any step, and holes: (S, B)
std::vector<analytic::Mask<double>> masks(const Sizes& n, unsigned seed) {
    Array<double> lengths = zeros<double>({n.S, n.B});
    Array<double> holes = random_array<double>({n.S, n.B}, seed);
    for (std::size_t j = 0; j < n.S; ++j)
        for (std::size_t b = 0; b < n.B; ++b) {
            lengths(j, b) = j < (b * 7 + 1) % (n.S + 1);
            holes(j, b) = b % 3 != 1 && holes(j, b) > 0;
        }
    return {{}, xt::xarray<double>(lengths), xt::xarray<double>(holes)};
}
nn::Padding padding(const analytic::Mask<double>& mask) { return mask ? nn::Padding(*mask) : nn::Padding(); }

// Random parameters, the same ones for both.
template <class M, class Hand> void randomise(M& model, Hand& hand, unsigned seed) {
    for (const auto& [path, p] : nn::parameters(model)) p->set(random_array<double>(p->shape(), ++seed));
    hand.visit([&](const char* name, xt::xarray<double>& w) {
        for (const auto& [path, p] : nn::parameters(model))
            if (path == name) w = p->value();
    });
}

// |a - b| / |b|; of what is 0 by hand, |a|
double off(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a.data()[i] - b.data()[i]) * (a.data()[i] - b.data()[i]);
        norm += b.data()[i] * b.data()[i];
    }
    return std::sqrt(difference / (norm > 1e-20 ? norm : 1));
}

// Both gradients of sum(y g), by the inputs and by each parameter, and y itself.
template <class M, class Hand> double compared(const M& model, const Hand& hand, const V& y, const Array<double>& g,
                                               const std::vector<V>& inputs, const auto& forward) {
    std::vector<V> wanted = inputs;
    for (const V& p : nn::wanted(model)) wanted.push_back(p);
    const auto gradients = backward(sum(y * g), wanted);
    Hand d = hand;
    d.visit([](const char*, xt::xarray<double>& w) { w.fill(0); });
    const auto [by_hand, dq, dm] = forward(d);
    double worst = off(y.value(), by_hand);
    const auto check = [&](const std::string& name, const Array<double>& a, const Array<double>& b) {
        INFO("gradient of ", name);
        CHECK(off(a, b) <= 1e-12);
        worst = std::max(worst, off(a, b));
    };
    check("the query", gradients[inputs[0]], dq);
    check("the memory", gradients[inputs[1]], dm);
    d.visit([&](const char* name, xt::xarray<double>& w) {
        for (const auto& [path, p] : nn::parameters(model))
            if (path == name) check(name, gradients[*p], w);
    });
    CHECK(worst <= 1e-12);
    return worst;
}

template <class M, class Hand> double worst_of(M model, Hand hand, const Sizes& n, std::size_t query) {
    double worst = 0;
    randomise(model, hand, 40);
    for (const auto& mask : masks(n, 5)) {
        const Array<double> q = random_array<double>({n.B, query}, 1), m = random_array<double>({n.S, n.B, H}, 2);
        const Array<double> g = random_array<double>({n.B, H}, 3);
        const Tape tape;
        const V vq = variable(q), vm = variable(m);
        const V context = model(vq, model.memory(vm, padding(mask))).context;
        const auto forward = [&](Hand& d) {
            const auto [y, saved] = hand.forward(q, m, mask);
            const auto [dq, dm] = hand.backward(g, saved, d);
            return std::tuple(y, dq, dm);
        };
        worst = std::max(worst, compared(model, hand, context, g, {vq, vm}, forward));
    }
    return worst;
}

TEST_CASE("the engine's gradients of attention are those derived by hand") {
    nn::Generator bits(1);
    double worst = 0;
    for (const Sizes& n : sizes) {
        INFO("S ", n.S, ", B ", n.B, ", seeds 1 to 3, 5, 40");
        worst = std::max(worst, worst_of(nn::DotAttention<double>(), analytic::DotAttention<double>(), n, H));
        worst = std::max(
            worst, worst_of(nn::GeneralAttention<double>(6, H, bits), analytic::GeneralAttention<double>{}, n, 6));
        worst = std::max(
            worst, worst_of(nn::AdditiveAttention<double>(6, H, 9, bits), analytic::AdditiveAttention<double>{}, n, 6));
    }
    MESSAGE("worst difference ", worst);
}

double worst_of_heads(const Sizes& n, std::size_t heads, bool causal) {
    constexpr std::size_t D = 12;
    nn::Generator bits(1);
    nn::MultiHeadAttention<double> model(D, heads, bits);
    analytic::MultiHeadAttention<double> hand;
    hand.heads = heads;
    randomise(model, hand, 40);
    double worst = 0;
    for (const auto& mask : masks(n, 5)) {
        const Array<double> x = random_array<double>({n.T, n.B, D}, 1), m = random_array<double>({n.S, n.B, D}, 2);
        const Array<double> g = random_array<double>({n.T, n.B, D}, 3);
        const Tape tape;
        const V vx = variable(x), vm = variable(m);
        const V y = model(vx, vm, {.padding = padding(mask), .causal = causal}).context;
        const auto forward = [&](analytic::MultiHeadAttention<double>& d) {
            const auto [by_hand, saved] = hand.forward(x, m, mask, causal);
            const auto [dx, dm] = hand.backward(g, saved, d);
            return std::tuple(by_hand, dx, dm);
        };
        worst = std::max(worst, compared(model, hand, y, g, {vx, vm}, forward));
    }
    return worst;
}

TEST_CASE("the engine's gradients of multi-head attention are those derived by hand") {
    double worst = 0;
    for (const Sizes& n : sizes)
        for (const std::size_t heads : {1u, 3u, 12u})
            for (const bool causal : {false, true}) {
                if (causal && n.T != n.S) continue;
                INFO("T ", n.T, ", S ", n.S, ", B ", n.B, ", heads ", heads, ", causal ", causal);
                worst = std::max(worst, worst_of_heads(n, heads, causal));
            }
    MESSAGE("worst difference ", worst);
}

}  // namespace
}  // namespace xtape::test
