// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>

#include <xtape/nn/io/npy.hpp>

// The npz files of numpy.savez, numpy.savez_compressed and numpy.load: a zip with a NAME.npy for each array.
namespace xtape::nn::io {

// Packed arrays can be a thousand times as large as their file: this is how many bytes they may take in all.
constexpr std::size_t most_npz_bytes = std::size_t{4} << 30;

// All arrays of a file that may be anybody's, or the one of that name, each as load_npy<T> takes it: where types are
// mixed, ask for them by name. Refused are also files that say different sizes in different places, repeat a name, are
// encrypted or are packed by anything but deflate, and arrays whose checksum is another.
template <Element T> std::map<std::string, Array<T>> load_npz(const std::filesystem::path& path,
                                                              std::size_t max_bytes = most_npz_bytes,
                                                              Where where = Where::here());
template <Element T> Array<T> load_npz(const std::filesystem::path& path, const std::string& name,
                                       std::size_t max_bytes = most_npz_bytes, Where where = Where::here());

enum class Packing { stored, deflated };  // numpy.savez, numpy.savez_compressed

// save_npz("data.npz", {{"images", images}, {"labels", labels}}): arrays of different types may stand in one file,
// which is put together in memory and written as a whole or not at all. Names are UTF-8.
void save_npz(const std::filesystem::path& path, const std::map<std::string, ArrayView>& arrays,
              Packing packing = Packing::stored, Where where = Where::here());
template <Element T> void save_npz(const std::filesystem::path& path, const std::map<std::string, Array<T>>& arrays,
                                   Packing packing = Packing::stored, Where where = Where::here()) {
    save_npz(path, std::map<std::string, ArrayView>(arrays.begin(), arrays.end()), packing, where);
}

}  // namespace xtape::nn::io
