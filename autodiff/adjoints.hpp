// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where contributions to gradients meet. The engine un-broadcasts and accumulates; rules never do.

#include <xtape/autodiff/array_math.hpp>
#include <xtape/autodiff/ops.hpp>
#include <xtape/autodiff/record.hpp>

#include <optional>

namespace xtape {

// Marks what lies between the variables asked for and the result: nothing else is computed.
struct Wanted {
    enum Mark : char { no, between, asked };
    std::uint32_t first = 0;
    std::vector<Mark> marks;
    std::uint32_t gone_from = 0, gone_to = 0;  // already swept: while a checkpoint is recomputed nothing may flow there

    Mark mark(std::uint32_t place) const {
        return place >= first && place - first < marks.size() ? marks[place - first] : no;
    }
    bool operator[](std::uint32_t place) const {
        if (mark(place) == no) return false;
        check(place < gone_from || place >= gone_to, {}, "checkpoint",
              "what it captures must be recorded before it; got a variable recorded after; try to record it before, or "
              "detach it");
        return true;
    }
};

template <class T> class Adjoints<Array<T>> {
public:
    using Slot = std::shared_ptr<Array<T>>;
    explicit Adjoints(Wanted& w) : wanted(w), slots_(w.marks.size()) {}

    void seed(std::uint32_t place, const Array<T>& g) { add(place, g); }
    // The gradient that has met here; a place that was asked for keeps it.
    Slot take(std::uint32_t place) { return wanted.mark(place) == Wanted::asked ? at(place) : std::move(at(place)); }
    void pull(const Node<T>& node, const Slot& g) {
        incoming_ = &g;
        node.pull(*g, *this);
        incoming_ = nullptr;
    }
    template <class C> void add(std::uint32_t place, const C& c) {
        const Shape& shape = Record<T>::mine()[place].shape;
        const auto& from = c.shape();
        if (std::equal(shape.begin(), shape.end(), from.begin(), from.end())) put(place, c);
        else if constexpr (std::is_same_v<C, Array<T>>) put(place, Summed<T>{c, shape});
        else {
            Array<T> whole;
            assign(whole, c);
            put(place, Summed<T>{whole, shape});
        }
    }
    Wanted& wanted;

private:
    Slot& at(std::uint32_t place) {
        place -= wanted.first;
        if (place >= slots_.size()) slots_.resize(wanted.marks.size());
        return slots_[place];
    }
    // A contribution that is the incoming gradient itself is shared, and copied only when something is added to it.
    template <class C> void put(std::uint32_t place, const C& c) {
        Slot& slot = at(place);
        if constexpr (std::is_same_v<C, Array<T>>)
            if (!slot && incoming_ && &c == incoming_->get()) {
                slot = *incoming_;
                return;
            }
        if (!slot) {
            slot = Variable<T>::hold();
            assign(*slot, c);
            return;
        }
        if (slot.use_count() > 1) slot = Variable<T>::hold(*slot);
        accumulate(*slot, c);
    }
    std::vector<Slot> slots_;
    const Slot* incoming_ = nullptr;
};

// At second order the recorded bands of one array wait and are recorded as one node, so that T slices cost O(T).
template <class T> struct SpreadOf {
    Variable<T> g;
    Band band;
    Shape whole;
};
template <class T> Variable<T> assemble(const std::vector<SpreadOf<T>>& pieces);

template <class T> class Adjoints<Variable<T>> {
public:
    using Slot = std::optional<Variable<T>>;
    explicit Adjoints(Wanted& w) : wanted(w), slots_(w.marks.size()) {}

    void seed(std::uint32_t place, const Variable<T>& g) { add(place, g); }
    Slot take(std::uint32_t place) {
        Waiting waiting = std::move(at(place));
        if (!waiting.bands.empty()) join(waiting.sum, assemble(waiting.bands));
        if (wanted.mark(place) == Wanted::asked) at(place).sum = waiting.sum;
        else at(place) = {};
        return waiting.sum;
    }
    void pull(const Node<T>& node, const Slot& g) { node.pull(*g, *this); }
    void add(std::uint32_t place, const Variable<T>& c) {
        const Shape& shape = Record<T>::mine()[place].shape;
        join(at(place).sum, c.value().shape() == shape ? c : sum_to(c, shape));
    }
    void add(std::uint32_t place, SpreadOf<T> c) { at(place).bands.push_back(std::move(c)); }
    Wanted& wanted;

private:
    struct Waiting {
        Slot sum;
        std::vector<SpreadOf<T>> bands;
    };
    static void join(Slot& sum, const Variable<T>& c) { sum = sum ? *sum + c : c; }
    Waiting& at(std::uint32_t place) {
        place -= wanted.first;
        if (place >= slots_.size()) slots_.resize(wanted.marks.size());
        return slots_[place];
    }
    std::vector<Waiting> slots_;
};

// From place `from` (not included) down to `to`.
template <class V, class T> void sweep(Adjoints<V>& adjoints, const Record<T>& record, std::uint32_t from,
                                       std::uint32_t to) {
    for (std::uint32_t i = from; i-- > to;)
        if (adjoints.wanted.mark(i) != Wanted::no)
            if (auto g = adjoints.take(i)) adjoints.pull(record[i], g);
}

}  // namespace xtape
