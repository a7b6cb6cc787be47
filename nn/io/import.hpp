// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <xtape/autodiff/array.hpp>
#include <xtape/nn/io/safetensors.hpp>

// Weights that PyTorch or Keras trained, in the layout of our cells. They come in safetensors files, which these write:
//     safetensors.torch.save_file(model.state_dict(), "model.safetensors")
//     safetensors.numpy.save_file({w.path: w.numpy() for w in model.weights}, "model.safetensors")
// Floats become doubles and back as asked. What is missing or of another shape throws Error with the file and the name.
namespace xtape::nn::io {

// A tensor of floats or doubles as it is: embeddings, norms, biases, all weights of Keras's Dense.
template <class T> Array<T> array_of(const Safetensors& file, const std::string& name, Where where = Where::here());

// (O, I) -> (I, O): PyTorch multiplies by transposes, so nn.Linear's weight is our w transposed.
template <class T> Array<T> transposed(const Array<T>& w, Where where = Where::here());

enum class Recurrent { rnn, lstm, gru };  // with 1, 4 (in the order i, f, g, o) and 3 (r, z, n) blocks of H columns

// One direction of one recurrent layer.
template <class T> struct RecurrentWeights {
    Array<T> wx;  // (I, nH)
    Array<T> wh;  // (H, nH), or (P, nH) with a projection
    Array<T> b;   // (nH,): the sum where the framework adds two; zeros where it has none
    // (H,): of a GRU that resets after the product, the bias that r multiplies, as GRUCell has it; of other layers
    // (0,). Keras's GRU without biases does not tell; then it is (0,) too.
    Array<T> bn;
    Array<T> wp;  // (H, P): an LSTM's projection of h; without one (0, 0)
};

// Where a layer's tensors are: prefix + "weight_ih_l1_reverse", ...
struct TorchLayer {
    std::string prefix = "";  // "encoder.lstm."
    std::size_t layer = 0;
    bool reverse = false;  // the second direction of a bidirectional layer
};

// Of nn.RNN, nn.LSTM (proj_size too) and nn.GRU, in which our gates have their order.
template <class T> RecurrentWeights<T> from_torch(const Safetensors& file, Recurrent kind, const TorchLayer& layer = {},
                                                  Where where = Where::here());

// Of SimpleRNN, LSTM and GRU of either reset_after; the tensors are prefix + "kernel", "recurrent_kernel", "bias",
// where the prefix is "lstm/lstm_cell/" or "bidirectional/backward_lstm/lstm_cell/". Keras's GRU has z, r, n.
template <class T> RecurrentWeights<T> from_keras(const Safetensors& file, Recurrent kind, const std::string& prefix,
                                                  Where where = Where::here());

// Multi-head attention: q = query wq + bq, ..., y = (heads side by side) wo + bo. Head k has columns [k K, (k + 1) K)
// of wq, wk and wv and these rows of wo.
template <class T> struct AttentionWeights {
    Array<T> wq, wk, wv, wo;
    Array<T> bq, bk, bv, bo;  // zeros where the framework has none
};

// Of nn.MultiheadAttention whose queries, keys and values have one size: prefix + "in_proj_weight", "out_proj.bias",
// ...
template <class T> AttentionWeights<T> attention_from_torch(const Safetensors& file, const std::string& prefix = "",
                                                            Where where = Where::here());

// Of MultiHeadAttention: prefix + "query/kernel", "attention_output/bias", ...
template <class T> AttentionWeights<T> attention_from_keras(const Safetensors& file, const std::string& prefix = "",
                                                            Where where = Where::here());

}  // namespace xtape::nn::io
