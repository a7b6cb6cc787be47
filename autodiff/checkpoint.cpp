// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/adjoints.hpp>
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/autodiff/mode.hpp>

#include <utility>

namespace xtape {
namespace {

template <class T> using Segment = std::function<Variable<T>(const Variable<T>&)>;

class Resume {  // a backward inside a NoGrad recomputes all the same
public:
    Resume() : paused_(std::exchange(recording_state.paused, 0)) {}
    ~Resume() { recording_state.paused = paused_; }
    Resume(const Resume&) = delete;
    Resume& operator=(const Resume&) = delete;

private:
    int paused_;
};

// What is recorded after this goes when it ends, unless kept.
template <class T> struct Rewind {
    const std::uint32_t mark = Record<T>::mine().size();
    bool keep = false;
    ~Rewind() {
        if (!keep) Record<T>::mine().truncate(mark);
    }
};

template <class T> class Checkpoint final : public Node<T> {
public:
    Checkpoint(const Variable<T>& y, Segment<T> f, const Variable<T>& x, std::vector<std::uint32_t> inputs)
        : Node<T>(y), f_(std::move(f)), x_(x), inputs_(std::move(inputs)), place_(y.place().index) {
        mode_.again = true;
    }
    Origin origin() const override { return {&typeid(Checkpoint), inputs_}; }
    bool reaches(const Wanted&) const override { return true; }  // what f captures is known when it runs
    void pull(const Array<T>& g, Adjoints<Array<T>>& to) const override {
        const Rewind<T> rewind;
        again(g, to, rewind.mark);
    }
    void pull(const Variable<T>& g, Adjoints<Variable<T>>& to) const override {
        Rewind<T> rewind;
        again(g, to, rewind.mark);
        rewind.keep = true;
    }

private:
    // Records f(x) once more at the end of the same record and sweeps down to where that began.
    template <class V> void again(const V& g, Adjoints<V>& to, std::uint32_t mark) const {
        auto& record = Record<T>::mine();
        Wanted& wanted = to.wanted;
        const Variable<T> y = recomputed(mark, wanted.where);
        const std::uint32_t end = record.size();
        wanted.marks.resize(end - wanted.first, Wanted::no);
        wanted.gone.emplace_back(place_, mark);
        for (std::uint32_t i = mark; i < end; ++i)
            if (record[i].reaches(wanted)) wanted.marks[i - wanted.first] = Wanted::between;
        if (y.tracked())
            if (const std::uint32_t place = record.place_of(y, wanted.where); wanted[place]) to.seed(place, g);
        sweep(to, record, end, mark);
        wanted.gone.pop_back();
        to.forget(mark);
    }
    Variable<T> recomputed(std::uint32_t mark, Where where) const {
        const Resume recording_again;
        const Within as_before(mode_);
        const Variable<T> y = f_(x_);
        const auto& leaves = Record<T>::mine().leaves();
        check(leaves.empty() || leaves.back().index < mark, where, "checkpoint",
              "what it captures must be the same in backward; got a parameter or leaf that is new; try to change "
              "parameters after backward");
        return y;
    }
    Segment<T> f_;
    Variable<T> x_;
    std::vector<std::uint32_t> inputs_;  // places of x and of parameters
    std::uint32_t place_;
    Mode mode_ = mode_state;
};

}  // namespace

template <class T>
Variable<T> checkpoint(std::function<Variable<T>(const Variable<T>&)> f, const Variable<T>& x, Where where) {
    auto& record = Record<T>::mine();
    std::vector<std::uint32_t> inputs;
    if (x.tracked() && !x.is_parameter()) inputs.push_back(record.place_of(x, where));
    Variable<T> y;
    std::vector<Variable<T>> parameters;  // used by f: they take their places before the checkpoint
    {
        const Rewind<T> rewind;
        y = f(x);
        for (const auto& leaf : record.leaves())
            if (leaf.index >= rewind.mark && leaf.identity & Place::parameter)
                parameters.emplace_back(leaf.value, Place{leaf.identity, 0});
        if (y.is_parameter()) parameters.push_back(y);
    }
    if (!recording() || !y.tracked()) return detach(y);
    for (const Variable<T>& p : parameters) inputs.push_back(record.place_of(p, where));
    return record.template push<Checkpoint<T>>(where, y.handle(), std::move(f), x, std::move(inputs));
}

template Variable<float> checkpoint(std::function<Variable<float>(const Variable<float>&)>, const Variable<float>&,
                                    Where);
template Variable<double> checkpoint(std::function<Variable<double>(const Variable<double>&)>, const Variable<double>&,
                                     Where);

}  // namespace xtape
