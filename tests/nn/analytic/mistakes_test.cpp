// SPDX-License-Identifier: BSD-3-Clause
#include "mistakes.hpp"

#include <xtape/nn/analytic/attention.hpp>

#include "layers.hpp"

// The power of the checks: what they would say of a derivation with a mistake. "none" shows that it is the mistake.

namespace {

void check_found(const std::string& name, double error) {
    INFO(name << ", error " << error);
    if (name == "none")
        CHECK(error <= tolerance);
    else
        CHECK(error >= 1e-3);
}

template <class Cell> void find_all(const std::vector<Mistake<Cell>>& mistakes, const Kind<Cell>& kind, unsigned seed) {
    for (const Mistake<Cell>& mistake : mistakes) {
        const Sequence<Cell> right = random_sequence(kind, 4, 2, seed);
        Sequence<Mistaken<Cell>> s{{right.cell, mistake}, right.x, right.first, {}, right.d_h, right.d_last};
        check_found(mistake.name, worst_error(claims(s, bptt(s)), [&] { return loss(s); }));
    }
}

// Backpropagation over padding, S_t = m * S~_t + (1 - m) * S_{t-1}, without the part of the step or that of the
// padding.
template <class Cell>
by_hand::SequenceGradients<Cell> padded_bptt(const Sequence<Cell>& s, bool mask_the_step, bool carry_over_padding) {
    const auto r = run(s);
    by_hand::SequenceGradients<Cell> d{by_hand::no_gradients(s.cell), by_hand::zeros_like(s.x), s.d_last};
    for (std::size_t t = s.x.shape()[0]; t-- > 0;) {
        d.first[0] += by_hand::step(s.d_h, t);
        const xt::xarray<double> m = by_hand::mask_at(r, t);
        by_hand::State<double> d_next = d.first;
        for (auto& field : d_next)
            if (mask_the_step) field *= m;
        const auto [d_x, d_before] = s.cell.backward(d_next, r.saved[t], d.parameters);
        by_hand::set_step(d.x, t, d_x);
        for (std::size_t k = 0; k < d.first.size(); ++k)
            d.first[k] = double(carry_over_padding) * (1 - m) * d.first[k] + d_before[k];
    }
    return d;
}

const Kind<by_hand::LstmCell<double>> lstm{
    "LSTM", [](std::size_t n, auto& random) { return random_lstm(n, random, {}); }, {hidden, hidden}};

double padded_error(bool loss_of_last, bool mask_the_step, bool carry_over_padding) {
    auto s = random_sequence(lstm, 4, 3, 5100);
    s.reading.mask = by_hand::mask_of<double>({2, 4, 3}, 4);
    for (std::size_t i = 0; i < s.d_h.size(); ++i)  // the loss counts real steps only
        if (loss_of_last || s.reading.mask->data()[i / hidden] == 0) s.d_h.data()[i] = 0;
    if (!loss_of_last) s.d_last = by_hand::no_state(s.d_last);
    return worst_error(claims(s, padded_bptt(s, mask_the_step, carry_over_padding)), [&] { return loss(s); });
}

double stack_error(void (*change)(Stack<by_hand::LstmCell<double>>&,
                                  by_hand::LayersGradients<by_hand::LstmCell<double>>&)) {
    auto s = random_stack(lstm, {1, 2, 4, 2}, 5200);
    auto d = bptt(s);
    change(s, d);
    return worst_error(claims(s, d), [&] { return loss(s); });
}

// Dot attention's gradient in plain loops, without the sum in softmax's or without what M_j gets as a value.
double attention_error(bool softmax_sum, bool as_value) {
    std::mt19937 random(5300);
    const std::size_t S = 4, B = 2, H = 3;
    const by_hand::DotAttention<double> dot;
    xt::xarray<double> q = random_array(random, {B, H}), m = random_array(random, {S, B, H});
    const xt::xarray<double> d_context = random_array(random, {B, H}), w = dot.forward(q, m).second.weights;
    xt::xarray<double> d_q = xt::zeros<double>({B, H}), d_m = xt::zeros<double>({S, B, H});
    for (std::size_t i = 0; i < B; ++i)
        for (std::size_t j = 0; j < S; ++j) {
            double d_e = 0;
            for (std::size_t l = 0; l < S; ++l)
                for (std::size_t k = 0; k < H; ++k)
                    d_e += w(i, j) * ((l == j) - (softmax_sum ? w(i, l) : 0)) * d_context(i, k) * m(l, i, k);
            for (std::size_t k = 0; k < H; ++k) {
                d_q(i, k) += d_e * m(j, i, k);
                d_m(j, i, k) += d_e * q(i, k) + (as_value ? w(i, j) * d_context(i, k) : 0);
            }
        }
    return worst_error({{"q", &q, d_q}, {"m", &m, d_m}}, [&] { return inner(d_context, dot.forward(q, m).first); });
}

}  // namespace

TEST_CASE("planted mistakes are found: cells") {
    find_all(rnn_mistakes,
             {"RNN", [](std::size_t n, auto& random) { return random_rnn(n, random, by_hand::Activation::tanh); }},
             5000);
    find_all(lstm_mistakes,
             {"LSTM",
              [](std::size_t n, auto& random) { return random_lstm(n, random, {.peepholes = true}); },
              {hidden, hidden}},
             5010);
    find_all(coupled_mistakes,
             {"LSTM",
              [](std::size_t n, auto& random) { return random_lstm(n, random, {.coupled = true}); },
              {hidden, hidden}},
             5020);
    find_all(gru_mistakes, {"GRU", [](std::size_t n, auto& random) { return random_gru(n, random, true); }}, 5030);
    find_all(layer_norm_mistakes,
             {"LSTM with layer norm",
              [](std::size_t n, auto& random) { return random_layer_norm_lstm(n, random); },
              {hidden, hidden}},
             5040);
}

TEST_CASE("planted mistakes are found: padding, for which it takes the loss of the carried last state") {
    INFO("seed 5100");
    check_found("none", padded_error(true, true, true));
    check_found("padding taken for steps", padded_error(true, false, true));
    check_found("nothing carried over padding", padded_error(true, true, false));
    // Padding at the end comes after all losses of real steps, which therefore find neither.
    for (const bool mask_the_step : {false, true})
        for (const bool carry : {false, true}) CHECK(padded_error(false, mask_the_step, carry) <= tolerance);
}

TEST_CASE("planted mistakes are found: both directions") {
    using S = Stack<by_hand::LstmCell<double>>;
    using D = by_hand::LayersGradients<by_hand::LstmCell<double>>;
    INFO("seed 5200");
    check_found("none", stack_error([](S&, D&) {}));
    check_found(
        "dX_t of one direction only", stack_error([](S& s, D& d) {
            s.d_y.fill(0);
            d.x = by_hand::bptt(s.layers.cells[0], run(s).runs[0], by_hand::part(s.d_y, 0, hidden), s.d_last[0]).x;
        }));
    check_found("the way back not turned around", stack_error([](S& s, D& d) {
                    const S right = s;
                    const std::vector<std::size_t> whole(2, 4);
                    s.d_y =
                        by_hand::side_by_side<double>({by_hand::part(right.d_y, 0, hidden),
                                                       by_hand::reversed(by_hand::part(right.d_y, 1, hidden), whole)});
                    d = bptt(s);
                    s = right;
                }));
    check_found(
        "what is said at T taken for the final state", stack_error([](S& s, D& d) {
            S wrong = s;  // the final state is [F_T R_1]; Y_T is [F_T R_T], where R has read one step
            s.d_y.fill(0);
            wrong.d_y.fill(0);
            by_hand::set_step<double>(wrong.d_y, 3, by_hand::side_by_side<double>({s.d_last[0][0], s.d_last[1][0]}));
            wrong.d_last[0][0].fill(0), wrong.d_last[1][0].fill(0);
            d = bptt(wrong);
        }));
}

TEST_CASE("read at T the way back gets the gradient of one step, and its recurrent weights that of none") {
    auto s = random_stack(lstm, {1, 2, 4, 2}, 5400);
    for (auto& state : s.d_last) state = by_hand::no_state(state);
    for (auto& state : s.first) state = by_hand::no_state(state);
    std::fill_n(s.d_y.data(), s.d_y.size() / 4 * 3, 0);
    const xt::xarray<double> d_wh = bptt(s).cells[1].wh;
    CHECK(inner(d_wh, d_wh) == 0);
}

TEST_CASE("planted mistakes are found: attention and truncation") {
    INFO("seeds 5300, 5500");
    check_found("none", attention_error(true, true));
    check_found("softmax without its sum", attention_error(false, true));
    check_found("the memory's part as values forgotten", attention_error(true, false));
    auto s = random_sequence(lstm, 6, 2, 5500);
    const auto depth = [&](std::size_t k) {
        return claims(s, by_hand::truncated_bptt(s.cell, run(s), s.d_h, s.d_last, 2, k));
    };
    CHECK(worst_distance(depth(3), depth(2)) >= 1e-3);
    CHECK(worst_distance(depth(4), depth(3)) >= 1e-3);
}
