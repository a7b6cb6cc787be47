// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where contributions to gradients meet. The engine un-broadcasts and accumulates; rules never do.

#include <xtape/autodiff/array_math.hpp>
#include <xtape/autodiff/ops.hpp>
#include <xtape/autodiff/record.hpp>
#include <xtape/autodiff/thin_products.hpp>

#include <optional>

namespace xtape {

// Marks what lies between the variables asked for and the result: nothing else is computed.
struct Wanted {
    enum Mark : char { no, between, asked };
    Where where;  // the caller of backward
    std::uint32_t first = 0;
    std::vector<Mark> marks;
    // From each checkpoint that is being recomputed to where that began: already swept, nothing may flow there.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> gone;

    Mark mark(std::uint32_t place) const {
        return place >= first && place - first < marks.size() ? marks[place - first] : no;
    }
    bool operator[](std::uint32_t place) const {
        for (const auto& [from, to] : gone)
            check(
                place < from || place >= to, where, "checkpoint",
                "what it captures must be recorded before it; got a variable recorded after; try to record it before, "
                "or detach it");
        return mark(place) != no;
    }
};

template <class C> bool has_shape(const C& c, const Shape& shape) {
    if constexpr (requires { c.arguments(); })
        if (all_have_shape(c, shape)) return true;  // the shape of an expression is worked out anew when asked for
    const auto& own = c.shape();
    return std::equal(shape.begin(), shape.end(), own.begin(), own.end());
}

// A place for the value of e, of its shape already if that is known.
template <class T, class E> std::shared_ptr<Array<T>> held(const E& e, const Shape& likely) {
    if constexpr (InPlace<E, T>)
        return Variable<T>::hold(Shape(e.shape()));
    else
        return Variable<T>::hold(likely);
}

namespace detail {

template <class Slot> Slot& slot(std::vector<Slot>& slots, const Wanted& wanted, std::uint32_t place) {
    if (place - wanted.first >= slots.size()) slots.resize(wanted.marks.size());
    return slots[place - wanted.first];
}
// Places from here on belong to other operations the next time that they are used.
template <class Slot> void forget(std::vector<Slot>& slots, Wanted& wanted, std::uint32_t from) {
    wanted.marks.resize(from - wanted.first);
    if (slots.size() > wanted.marks.size()) slots.resize(wanted.marks.size());
}

}  // namespace detail

template <class T> class Adjoints<Array<T>> {
public:
    using Sum = std::shared_ptr<Array<T>>;
    explicit Adjoints(Wanted& w) : wanted(w), slots_(w.marks.size()) {}

    void seed(std::uint32_t place, const Array<T>& g) { add(place, g); }
    void forget(std::uint32_t from) { detail::forget(slots_, wanted, from); }
    // The gradient that has met here; a place that was asked for keeps it.
    Sum take(std::uint32_t place) {
        Slot& slot = at(place);
        settle(slot);
        if (slot.waiting) slot.waiting->flush(alone(slot));
        return wanted.mark(place) == Wanted::asked ? slot.sum : std::move(slot.sum);
    }
    void pull(const Node<T>& node, const Sum& g) {
        incoming_ = &g;
        node.pull(*g, *this);
        incoming_ = nullptr;
    }
    // last: nothing will read the incoming gradient after this, so that its memory may hold the contribution.
    template <bool last = false, class C> void add(std::uint32_t place, const C& c) {
        const Shape& shape = Record<T>::mine()[place].shape;
        if (has_shape(c, shape)) return put<last>(at(place), c, shape);
        Array<T> whole;
        if constexpr (!std::is_same_v<C, Array<T>>) assign(whole, c, shape);
        const Array<T>* summed = &whole;
        if constexpr (std::is_same_v<C, Array<T>>) summed = &c;
        put<last>(at(place), Summed<T>{*summed, shape}, shape);
    }
    Wanted& wanted;

private:
    struct Slot {
        Sum sum;
        std::size_t unset = 0;  // so many of the first elements hold nothing yet and count as zeros
        std::unique_ptr<ThinProducts<T>> waiting;
    };
    Slot& at(std::uint32_t place) { return detail::slot(slots_, wanted, place); }
    static Array<T>& alone(Slot& slot) {
        if (slot.sum.use_count() > 1) slot.sum = Variable<T>::hold(*slot.sum);
        return *slot.sum;
    }
    // A contribution that is the incoming gradient itself is shared, and copied only when something is added to it.
    template <bool last, class C> void put(Slot& slot, const C& c, const Shape& shape) {
        if constexpr (std::is_same_v<C, Array<T>>)
            if (!slot.sum && incoming_ && &c == incoming_->get()) {
                slot.sum = *incoming_;
                return;
            }
        if constexpr (std::is_same_v<C, Product<T>>)
            if (ThinProducts<T>::takes(c)) {
                settle(slot);
                if (!slot.sum) slot.sum = Variable<T>::hold(zeros<T>(shape));
                if (!slot.waiting) slot.waiting = std::make_unique<ThinProducts<T>>();
                return slot.waiting->add(c, alone(slot));
            }
        if constexpr (std::is_same_v<C, Spread<T>>)
            if (c.band.axis.outer == 1 && (!slot.sum || slot.unset == c.end())) return put_before(slot, c, shape);
        settle(slot);
        if (slot.sum) return accumulate(alone(slot), c);
        if constexpr (last && elementwise<C, T>)
            if (incoming_->use_count() == 1 && (*incoming_)->shape() == shape && all_have_shape(c, shape)) {
                slot.sum = *incoming_;
                return xt::assign_data(*slot.sum, c, true);
            }
        slot.sum = held<T>(c, shape);
        assign(*slot.sum, c, shape);
    }
    // Bands that come from the last to the first, as the steps of a sequence do, are copied; nothing is zeroed first.
    static void put_before(Slot& slot, const Spread<T>& c, const Shape& shape) {
        if (!slot.sum) {
            slot.sum = Variable<T>::hold(shape);
            std::fill(slot.sum->data() + c.end(), slot.sum->data() + slot.sum->size(), T(0));
        }
        slot.unset = c.end() - c.band.size();
        std::copy_n(c.g.data(), c.band.size(), slot.sum->data() + slot.unset);
    }
    static void settle(Slot& slot) {
        if (slot.unset > 0) std::fill_n(slot.sum->data(), std::exchange(slot.unset, 0), T(0));
    }
    std::vector<Slot> slots_;
    const Sum* incoming_ = nullptr;
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
    void forget(std::uint32_t from) { detail::forget(slots_, wanted, from); }
    Slot take(std::uint32_t place) {
        Waiting waiting = std::move(at(place));
        if (!waiting.bands.empty()) join(waiting.sum, assemble(waiting.bands));
        if (wanted.mark(place) == Wanted::asked)
            at(place).sum = waiting.sum;
        else
            at(place) = {};
        return waiting.sum;
    }
    void pull(const Node<T>& node, const Slot& g) { node.pull(*g, *this); }
    template <bool = false> void add(std::uint32_t place, const Variable<T>& c) {
        const Shape& shape = Record<T>::mine()[place].shape;
        join(at(place).sum, c.value().shape() == shape ? c : sum_to(c, shape));
    }
    template <bool = false> void add(std::uint32_t place, SpreadOf<T> c) { at(place).bands.push_back(std::move(c)); }
    Wanted& wanted;

private:
    struct Waiting {
        Slot sum;
        std::vector<SpreadOf<T>> bands;
    };
    static void join(Slot& sum, const Variable<T>& c) { sum = sum ? *sum + c : c; }
    Waiting& at(std::uint32_t place) { return detail::slot(slots_, wanted, place); }
    std::vector<Waiting> slots_;
};

// From place `from` (not included) down to `to`.
template <class V, class T>
void sweep(Adjoints<V>& adjoints, const Record<T>& record, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = from; i-- > to;)
        if (adjoints.wanted.mark(i) != Wanted::no)
            if (auto g = adjoints.take(i)) adjoints.pull(record[i], g);
}

}  // namespace xtape
