// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/adjoints.hpp>
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/flush.hpp>

#include <algorithm>

namespace xtape {
namespace {

// What was asked for, with its place on the record (size() of it: a parameter that was not used).
struct Asked {
    std::uint32_t place;
    std::uint64_t identity;
    Shape shape;
    std::vector<std::string> names;
};

template <class T> std::vector<std::string> names_of(std::uint64_t identity, const Array<T>& value) {
    if (identity & Place::parameter) return {parameter_name(value)};
    return {};
}

// A result that is itself a parameter takes its place before anything is looked for.
template <class T> void place(const Variable<T>& y, Where where) {
    check(recording() || !y.is_parameter(), where, "backward", "a tape must record a parameter's use; got none, or ",
          "NoGrad; try `Tape tape;` before");
    if (y.tracked()) Record<T>::mine().place_of(y, where);
}

template <class T>
std::vector<Asked> asked_for(const Variable<T>& y, const std::vector<Variable<T>>& wanted, Where where) {
    place(y, where);
    auto& record = Record<T>::mine();
    std::vector<Asked> asked;
    for (const Variable<T>& x : wanted) {
        check(x.tracked(), where, "backward", "a gradient is for a variable of the tape; got a constant of shape ",
              x.value().shape(), "; try variable(array)");
        const std::uint32_t place = x.is_parameter() ? record.find(x) : record.place_of(x, where);
        asked.push_back({place, x.place().serial, x.value().shape(), names_of(x.place().serial, x.value())});
    }
    return asked;
}

template <class T> std::vector<Asked> all_leaves(const Variable<T>& y, Where where) {
    place(y, where);
    const auto& record = Record<T>::mine();
    std::vector<Asked> asked;
    for (const auto& leaf : record.leaves())
        asked.push_back({leaf.index, leaf.identity, leaf.value->shape(), names_of(leaf.identity, *leaf.value)});
    return asked;
}

// One pass forward over the record marks what lies between the places asked for and y.
template <class T> Wanted wanted_places(const std::vector<Asked>& asked, std::uint32_t y) {
    const auto& record = Record<T>::mine();
    Wanted wanted;
    wanted.first = y + 1;
    for (const auto& a : asked) wanted.first = std::min(wanted.first, a.place);
    wanted.marks.resize(y + 1 - wanted.first, Wanted::no);
    for (const auto& a : asked)
        if (a.place <= y) wanted.marks[a.place - wanted.first] = Wanted::asked;
    for (std::uint32_t i = wanted.first; i <= y; ++i) {
        auto& mark = wanted.marks[i - wanted.first];
        if (mark == Wanted::no && record[i].reaches(wanted)) mark = Wanted::between;
    }
    return wanted;
}

template <class T> std::shared_ptr<Array<T>> shared(std::shared_ptr<Array<T>> g) { return g; }
template <class T> std::shared_ptr<Variable<T>> shared(const std::optional<Variable<T>>& g) {
    return g ? std::make_shared<Variable<T>>(*g) : nullptr;
}

template <class V, class T> GradientsOf<T, V> gradients(const Variable<T>& y, const std::vector<Asked>& asked, bool all,
                                                        const V& seed, Where where) {
    const FlushDenormals scope;
    const auto& record = Record<T>::mine();
    std::vector<typename GradientsOf<T, V>::Item> items;
    for (const auto& a : asked) items.push_back({a.identity, a.names, nullptr, a.shape});
    for (const auto& [index, name] : record.names())
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (asked[i].place == index) items[i].names.push_back(name);
    if (!y.tracked()) return GradientsOf<T, V>(std::move(items), all);
    const std::uint32_t end = Record<T>::mine().place_of(y, where);
    Wanted wanted = wanted_places<T>(asked, end);
    wanted.where = where;
    if (wanted.mark(end) != Wanted::no) {
        Adjoints<V> adjoints(wanted);
        adjoints.seed(end, seed);
        sweep(adjoints, record, end + 1, wanted.first);
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (asked[i].place <= end) items[i].gradient = shared<T>(adjoints.take(asked[i].place));
    }
    return GradientsOf<T, V>(std::move(items), all);
}

template <class T> void check_seed(const Variable<T>& y, const Shape& seed, Where where) {
    check(y.value().shape() == seed, where, "backward", "the seed must have the result's shape ", y.value().shape(),
          "; got ", seed);
}
template <class T> Array<T> one(const Variable<T>& y, Where where) {
    check(y.value().size() == 1, where, "backward", "the result must be one number; got shape ", y.value().shape(),
          "; try sum(y), or give a seed");
    return filled<T>(y.value().shape(), T(1));
}

}  // namespace

template <class T, class V> V GradientsOf<T, V>::value(const Item& item) {
    return item.gradient ? *item.gradient : V(zeros<T>(item.shape));
}

template <class T, class V> const V* GradientsOf<T, V>::find(const Variable<T>& x) const {
    for (auto item = items_.rbegin(); item != items_.rend(); ++item)
        if (item->identity == x.place().serial && item->gradient) return item->gradient.get();
    return nullptr;
}

template <class T, class V> V GradientsOf<T, V>::at(const Variable<T>& x, Where where) const {
    check(x.tracked(), where, "gradients", "a constant has no gradient; got one of shape ", x.value().shape(),
          "; try variable(array)");
    if (const V* found = find(x)) return *found;
    const bool listed =
        std::any_of(items_.begin(), items_.end(), [&](const Item& item) { return item.identity == x.place().serial; });
    check(listed || (of_all_ && x.is_parameter()), where, "gradients",
          "the variable must have been asked for; got one of shape ", x.value().shape(),
          " that was not, or is of another tape; try backward(y, {x})");
    return V(zeros<T>(x.value().shape()));
}

template <class T, class V> V GradientsOf<T, V>::at(std::string_view name, Where where) const {
    std::string known;
    const Item* found = nullptr;
    for (const Item& item : items_)
        for (const std::string& n : item.names) {
            if (n == name && (!found || item.gradient)) found = &item;
            known += (known.empty() ? "" : ", ") + n;
        }
    if (found) return value(*found);
    fail(where, "gradients", "the name must be one of " + (known.empty() ? "(none)" : known) + "; got " + text(name));
}

template <class T, class V> V& GradientsOf<T, V>::edit(std::size_t i) {
    Item& item = items_.at(i);
    if (item.gradient.use_count() != 1) item.gradient = std::make_shared<V>(value(item));
    return *item.gradient;
}

template <class T> Gradients<T> backward(const Variable<T>& y, Where where) {
    return gradients<Array<T>>(y, all_leaves(y, where), true, one(y, where), where);
}
template <class T> Gradients<T> backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted, Where where) {
    return gradients<Array<T>>(y, asked_for(y, wanted, where), false, one(y, where), where);
}
template <class T> Gradients<T> backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted,
                                         const Array<std::type_identity_t<T>>& seed, Where where) {
    check_seed(y, seed.shape(), where);
    return gradients<Array<T>>(y, asked_for(y, wanted, where), false, seed, where);
}

template <class T> RecordedGradients<T> recorded_backward(const Variable<T>& y, Where where) {
    return gradients<Variable<T>>(y, all_leaves(y, where), true, Variable<T>(one(y, where)), where);
}
template <class T>
RecordedGradients<T> recorded_backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted, Where where) {
    return gradients<Variable<T>>(y, asked_for(y, wanted, where), false, Variable<T>(one(y, where)), where);
}
template <class T> RecordedGradients<T> recorded_backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted,
                                                          const Variable<T>& seed, Where where) {
    check_seed(y, seed.value().shape(), where);
    return gradients<Variable<T>>(y, asked_for(y, wanted, where), false, seed, where);
}

template class GradientsOf<float, Array<float>>;
template class GradientsOf<float, Variable<float>>;
template Gradients<float> backward(const Variable<float>&, Where);
template Gradients<float> backward(const Variable<float>&, const std::vector<Variable<float>>&, Where);
template Gradients<float> backward(const Variable<float>&, const std::vector<Variable<float>>&, const Array<float>&,
                                   Where);
template RecordedGradients<float> recorded_backward(const Variable<float>&, Where);
template RecordedGradients<float> recorded_backward(const Variable<float>&, const std::vector<Variable<float>>&, Where);
template RecordedGradients<float> recorded_backward(const Variable<float>&, const std::vector<Variable<float>>&,
                                                    const Variable<float>&, Where);
template class GradientsOf<double, Array<double>>;
template class GradientsOf<double, Variable<double>>;
template Gradients<double> backward(const Variable<double>&, Where);
template Gradients<double> backward(const Variable<double>&, const std::vector<Variable<double>>&, Where);
template Gradients<double> backward(const Variable<double>&, const std::vector<Variable<double>>&, const Array<double>&,
                                    Where);
template RecordedGradients<double> recorded_backward(const Variable<double>&, Where);
template RecordedGradients<double> recorded_backward(const Variable<double>&, const std::vector<Variable<double>>&,
                                                     Where);
template RecordedGradients<double> recorded_backward(const Variable<double>&, const std::vector<Variable<double>>&,
                                                     const Variable<double>&, Where);

}  // namespace xtape
