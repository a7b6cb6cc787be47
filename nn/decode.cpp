// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/decode.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace xtape::nn {
namespace detail {
namespace {

void check_limits(const Limits& limits, const char* op, Where where) {
    check(limits.longest > 0, where, op, "sequences must have a step; got longest = 0");
}

void say(Decoded& said, std::int64_t token, double log_p, const Limits& limits) {
    said.score = said.log_probability += log_p;
    said.ended = limits.end == token;
    if (!said.ended) said.tokens.push_back(token);
}

// One way in which a live hypothesis may go on. Less is better; of equals, what came first.
struct Candidate {
    double log_probability;
    std::size_t parent;
    std::int64_t token;
    bool operator<(const Candidate& other) const {
        return std::tuple(-log_probability, parent, token) <
               std::tuple(-other.log_probability, other.parent, other.token);
    }
};

// The best `width` of all ways in which hypotheses begin ... end - 1 may go on.
std::vector<Candidate> best(const std::vector<Hypothesis>& live, std::size_t begin, std::size_t end,
                            const Array<double>& log_p, std::size_t width) {
    std::vector<Candidate> all;
    for (std::size_t i = begin; i < end; ++i)
        for (std::size_t j = 0; j < log_p.shape()[1]; ++j)
            if (std::isfinite(log_p(i, j)))
                all.push_back({live[i].said.log_probability + log_p(i, j), i, std::int64_t(j)});
    const auto last = all.begin() + std::ptrdiff_t(std::min(width, all.size()));
    std::partial_sort(all.begin(), last, all.end());
    all.erase(last, all.end());
    return all;
}

void keep_best(std::vector<Decoded>& done, std::size_t width) {
    std::stable_sort(done.begin(), done.end(), [](auto& a, auto& b) { return a.score > b.score; });
    if (done.size() > width) done.erase(done.begin() + std::ptrdiff_t(width), done.end());
}

// Whether any that goes on, of which this one is the best, may still be better than what has ended. It only gets less
// probable; at most its penalty grows to that of the longest sequence.
bool may_improve(const std::vector<Decoded>& done, const Decoded& best, const BeamSearch& search) {
    return done.size() < search.options.width ||
           best.log_probability / length_penalty(search.limits.longest, search.options.alpha) > done.back().score;
}

}  // namespace

void check_end(const Limits& limits, std::size_t tokens, const char* op, Where where) {
    check(!limits.end || (*limits.end >= 0 && std::size_t(*limits.end) < tokens), where, op,
          "the end must be one of the ", tokens, " tokens that are scored; got ", limits.end.value_or(0));
}

Sampler::Sampler(std::size_t rows, const Limits& l, const Sampling& s, std::uint64_t number, const char* op,
                 Where where)
    : limits(l), sampling(s), seed(number), results(rows) {
    check_limits(limits, op, where);
    check_sampling(sampling, op, where);
}

Indices Sampler::operator()(std::vector<Hypothesis>& live, const Array<double>& log_p, std::size_t t) {
    const Array<double> all = uniform<double>({live.back().row + 1}, {.seed = seed}, {.time = std::ptrdiff_t(t)});
    std::vector<double> numbers;
    for (const Hypothesis& h : live) numbers.push_back(all(h.row));
    const Indices tokens = draw(log_p, sampling, numbers);
    Indices parents;
    std::vector<Hypothesis> next;
    for (std::size_t i = 0; i < live.size(); ++i) {
        Hypothesis& h = live[i];
        say(h.said, h.token = tokens[i], log_p(i, std::size_t(tokens[i])), limits);
        if (h.said.ended || t + 1 == limits.longest)
            results[h.row] = std::move(h.said);
        else
            parents.push_back(std::int64_t(i)), next.push_back(std::move(h));
    }
    live = std::move(next);
    return parents;
}

BeamSearch::BeamSearch(std::size_t rows, const Limits& l, const BeamOptions& o, Where where)
    : limits(l), options(o), results(rows) {
    check_limits(limits, "beam_search", where);
    check(options.width > 0, where, "beam_search", "the width must be 1 or more; got 0; try 1, which is greedy");
    check(options.alpha >= 0 && std::isfinite(options.alpha), where, "beam_search",
          "the length penalty's alpha must be 0 or more; got ", options.alpha);
}

Indices BeamSearch::operator()(std::vector<Hypothesis>& live, const Array<double>& log_p, std::size_t t) {
    std::vector<Hypothesis> next;
    Indices parents;
    for (std::size_t begin = 0, end; begin < live.size(); begin = end) {  // the hypotheses of one row
        const std::size_t row = live[begin].row, first = next.size();
        for (end = begin; end < live.size() && live[end].row == row;) ++end;
        for (const Candidate& c : best(live, begin, end, log_p, options.width)) {
            Hypothesis h{row, c.token, live[c.parent].said};
            say(h.said, c.token, log_p(c.parent, std::size_t(c.token)), limits);
            h.said.score /= length_penalty(t + 1, options.alpha);
            if (h.said.ended || t + 1 == limits.longest)
                results[row].push_back(std::move(h.said));
            else
                parents.push_back(std::int64_t(c.parent)), next.push_back(std::move(h));
        }
        keep_best(results[row], options.width);
        if (next.size() == first || may_improve(results[row], next[first].said, *this)) continue;
        next.erase(next.begin() + std::ptrdiff_t(first), next.end());
        parents.resize(first);
    }
    live = std::move(next);
    return parents;
}

}  // namespace detail

double length_penalty(std::size_t length, double alpha) { return std::pow((5 + double(length)) / 6, alpha); }

}  // namespace xtape::nn
