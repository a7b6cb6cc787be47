// SPDX-License-Identifier: BSD-3-Clause
// The read-out of a recurrent network, and its skip: o = h v + x u + c.
#include <algorithm>
#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
constexpr std::size_t T = 5, B = 3, I = 4, H = 6, K = 3;
const Indices labels{2, 0, 1};

double& at(Array<double>& m, std::size_t i, std::size_t j) { return m.data()[i * m.shape()[1] + j]; }
double at(const Array<double>& m, std::size_t i, std::size_t j) { return m.data()[i * m.shape()[1] + j]; }

// m += a' b    and    a b'
void add_tn(Array<double>& m, const Array<double>& a, const Array<double>& b) {
    for (std::size_t n = 0; n < a.shape()[0]; ++n)
        for (std::size_t i = 0; i < a.shape()[1]; ++i)
            for (std::size_t j = 0; j < b.shape()[1]; ++j) at(m, i, j) += at(a, n, i) * at(b, n, j);
}
Array<double> times_nt(const Array<double>& a, const Array<double>& b) {
    Array<double> m = zeros<double>({a.shape()[0], b.shape()[0]});
    for (std::size_t i = 0; i < a.shape()[0]; ++i)
        for (std::size_t j = 0; j < b.shape()[0]; ++j)
            for (std::size_t k = 0; k < a.shape()[1]; ++k) at(m, i, j) += at(a, i, k) * at(b, j, k);
    return m;
}
Array<double> transposed(const Array<double>& m) {
    Array<double> t = zeros<double>({m.shape()[1], m.shape()[0]});
    for (std::size_t i = 0; i < m.shape()[0]; ++i)
        for (std::size_t j = 0; j < m.shape()[1]; ++j) at(t, j, i) = at(m, i, j);
    return t;
}
Array<double> row_of(const Array<double>& xs, std::size_t t) {
    Array<double> x = zeros<double>({B, I});
    std::copy(xs.data() + t * B * I, xs.data() + (t + 1) * B * I, x.data());
    return x;
}

struct ByHand {
    Array<double> o, wx, wh, b, v, c, u, x;  // scores; gradients
};

// h_t = tanh(x_t wx + h_{t-1} wh + b), o = h_T v + x_T u + c, and the gradients of the mean cross entropy:
//     do = (p - y) / B     dv = h_T' do     du = x_T' do     dc = sum do     dh_T = do v'     dx_T += do u'
//     da_t = dh_t (1 - h_t^2)   dwx += x_t' da_t   dwh += h_{t-1}' da_t   db += sum da_t   dh_{t-1} = da_t wh'
ByHand by_hand(const nn::RNN<double>& model, const Array<double>& xs) {
    const Array<double>&wx = model.cell.wx.value(), &wh = model.cell.wh.value(), &b = model.cell.b.value();
    const Array<double>&v = model.readout.v.value(), &u = model.readout.u->value(), &c = model.readout.c.value();
    const Array<double> wx_t = transposed(wx), wh_t = transposed(wh), last = row_of(xs, T - 1);
    std::vector<Array<double>> h{zeros<double>({B, H})};
    for (std::size_t t = 0; t < T; ++t) {
        Array<double> a = times_nt(row_of(xs, t), wx_t) + times_nt(h[t], wh_t) + b;
        for (double& x : a) x = std::tanh(x);
        h.push_back(a);
    }
    ByHand g{times_nt(h[T], transposed(v)) + times_nt(last, transposed(u)) + c,
             zeros<double>({I, H}),
             zeros<double>({H, H}),
             zeros<double>({1, H}),
             zeros<double>({H, K}),
             zeros<double>({1, K}),
             zeros<double>({I, K}),
             zeros<double>({B, I})};
    Array<double> d_o = g.o;
    for (std::size_t n = 0; n < B; ++n) {
        double sum = 0;
        for (std::size_t k = 0; k < K; ++k) sum += std::exp(at(g.o, n, k));
        for (std::size_t k = 0; k < K; ++k)
            at(d_o, n, k) = (std::exp(at(g.o, n, k)) / sum - (std::int64_t(k) == labels[n])) / double(B);
    }
    const Array<double> ones = zeros<double>({B, 1}) + 1.0;
    add_tn(g.v, h[T], d_o), add_tn(g.u, last, d_o), add_tn(g.c, ones, d_o);
    Array<double> d_h = times_nt(d_o, v);
    for (std::size_t t = T; t >= 1; --t) {
        const Array<double> d_a = d_h * (1 - h[t] * h[t]);
        add_tn(g.wx, row_of(xs, t - 1), d_a), add_tn(g.wh, h[t - 1], d_a), add_tn(g.b, ones, d_a);
        if (t == T) g.x = times_nt(d_a, wx) + times_nt(d_o, u);
        d_h = times_nt(d_a, wh);
    }
    return g;
}

TEST_CASE("with a skip, scores and gradients are those derived by hand") {
    const nn::RNN<double> model({I, H, K}, 51, {.init = nn::Init::uniform, .skip = true});
    const Array<double> values = random_array<double>({T, B, I}, 52);
    const ByHand exact = by_hand(model, values);
    const Tape tape;
    const V xs = variable(values), scores = model(xs);
    CHECK(distance(scores.value(), exact.o) <= 1e-15);
    std::vector<V> wanted = nn::wanted(model);
    wanted.push_back(xs);
    const auto g = backward(cross_entropy(scores, labels), wanted);
    const auto close = [](Array<double> a, const Array<double>& b) {
        a.reshape(b.shape());
        return distance(a, b) <= 1e-15;
    };
    CHECK(close(g[model.cell.wx], exact.wx));
    CHECK(close(g[model.cell.wh], exact.wh));
    CHECK(close(g[model.cell.b], exact.b));
    CHECK(close(g[model.readout.v], exact.v));
    CHECK(close(g[model.readout.c], exact.c));
    CHECK(close(g["readout.u"], exact.u));
    CHECK(close(row_of(g[xs], T - 1), exact.x));
}

TEST_CASE("with a skip, first and second derivatives by state and input are those of differences") {
    nn::Generator generator(53);
    const nn::Readout<double> readout(H, I, K, generator);
    const ManyToOne<double> f = [&](const std::vector<V>& at) { return cross_entropy(readout(at[0], at[1]), labels); };
    const auto report = gradcheck(f, {random_array<double>({B, H}, 54), random_array<double>({B, I}, 55)});
    CHECK_MESSAGE(report, report.text);
}

TEST_CASE("a skip adds one parameter and leaves the others as they begin without it") {
    const nn::RNN<float> plain({I, H, K}, 57), skip({I, H, K}, 57, {.skip = true});
    const auto without = nn::parameters(plain), with = nn::parameters(skip);
    REQUIRE(with.size() == 6);
    CHECK(with[5].path == "readout.u");
    CHECK(with[5].parameter->name() == "readout.u");
    CHECK(with[5].parameter->shape() == Shape{I, K});
    CHECK(nn::count(skip) == nn::count(plain) + I * K);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(with[i].path == without[i].path);
        CHECK(same_bits(with[i].parameter->value(), without[i].parameter->value()));
    }
}

TEST_CASE("a read-out is given what it has weights for, and says so") {
    nn::Generator generator(58);
    const nn::Readout<double> plain(H, K, generator), skip(H, I, K, generator);
    const V h = zeros<double>({B, H}), x = zeros<double>({B, I});
    CHECK(contains(thrown([&] { (void)skip(h); }), "[Readout] a read-out with a skip must see the input"));
    CHECK(contains(thrown([&] { (void)plain(h, x); }), "[Readout] a read-out without a skip must see the state alone"));
    CHECK(contains(thrown([&] { (void)skip(h, h); }), "got (3, 6), (6, 3), (3, 6), (4, 3), (3,) (in Readout)"));
}

}  // namespace
}  // namespace xtape::test
