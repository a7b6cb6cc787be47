// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

#include <span>
#include <typeinfo>
#include <vector>

namespace xtape {

template <class V> class Adjoints;
struct Wanted;

inline constexpr std::uint32_t no_place = ~std::uint32_t{0};  // of a constant

// What a node was recorded as, for people: its rule's type and where its inputs stand. A leaf has neither.
struct Origin {
    const std::type_info* rule = nullptr;
    std::span<const std::uint32_t> inputs{};
};

// What the reverse sweep asks of a recorded operation whose output has this shape.
template <class T> struct Node {
    explicit Node(const Variable<T>& y) : shape(y.value().shape()) {}
    virtual ~Node() = default;
    virtual Origin origin() const { return {}; }
    virtual bool reaches(const Wanted&) const { return false; }  // does its output depend on what is wanted?
    virtual void pull(const Array<T>&, Adjoints<Array<T>>&) const {}
    virtual void pull(const Variable<T>&, Adjoints<Variable<T>>&) const {}
    const Shape shape;
};

// This thread's recorded operations in the order they ran, which is a topological order: no graph walk recurses.
// Nodes have stable addresses; the list of them may move. All live tapes of a thread are marks on this one list.
template <class T> class Record {
public:
    static Record& mine() {
        static thread_local Record record;
        return record;
    }

    // Puts a new node N(y, args...) at the end, where y is the variable of this value there; gives y. The file's name
    // in `where` must outlive the record, as literals do.
    template <class N, class... A> Variable<T> push(Where where, typename Variable<T>::Handle value, A&&... args) {
        const Variable<T> y(std::move(value), Place{serial_ + 1, size()});
        if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 64);
        void* block = pool_take(sizeof(N));
        try {  // only N may throw here
            entries_.push_back(
                {serial_ + 1, new (block) N(y, std::forward<A>(args)...), where.file, where.line, sizeof(N)});
        } catch (...) {
            pool_give(block, sizeof(N));
            throw;
        }
        ++serial_;
        return y;
    }
    Variable<T> push_leaf(const Variable<T>& value, Where where);

    void truncate(std::uint32_t size);
    std::uint32_t size() const { return std::uint32_t(entries_.size()); }
    const Node<T>& operator[](std::uint32_t i) const { return *entries_[i].node; }
    Where where(std::uint32_t i) const { return {entries_[i].file, entries_[i].line}; }  // it was recorded from
    std::uint64_t serial(std::uint32_t i) const { return entries_[i].serial; }
    std::uint64_t new_serial() { return ++serial_; }

    bool holds(const Place& p) const { return p.index < size() && entries_[p.index].serial == p.serial; }
    // Where x stands; a parameter takes its place here when it is first used. Throws for a variable of another tape.
    std::uint32_t place_of(const Variable<T>& x, Where where) {
        if (!holds(x.place())) [[unlikely]]
            return place_of_other(x, where);
        return x.place().index;
    }
    // The latest place a parameter took with the value it has now; none: size().
    std::uint32_t find(const Variable<T>& parameter) const;

    struct Leaf {
        std::uint32_t index;
        std::uint64_t identity;              // of the parameter; else the leaf's own serial
        typename Variable<T>::Handle value;  // the one that the tape holds
    };
    const std::vector<Leaf>& leaves() const { return leaves_; }

    struct Name {
        std::uint32_t index;
        std::string name;
    };
    const std::vector<Name>& names() const { return names_; }
    void name(std::uint32_t index, std::string name) { names_.push_back({index, std::move(name)}); }

private:
    struct Entry {
        std::uint64_t serial;
        Node<T>* node;
        const char* file;
        int line;
        std::uint32_t bytes;
    };
    Record();
    ~Record() { truncate(0); }
    std::uint32_t place_of_other(const Variable<T>& x, Where where);

    std::uint64_t serial_;
    std::vector<Entry> entries_;
    std::vector<Leaf> leaves_;
    std::vector<Name> names_;
};

// The name of a parameter, which its value carries.
template <class T> const std::string& parameter_name(const Array<T>& value);

extern template class Record<float>;
extern template class Record<double>;

}  // namespace xtape
