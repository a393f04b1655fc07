"""Other ways to score a model file's network in a process, each as it is written by who uses it.

A peer is made from the tensors of the file and called with a user's id and an array of candidates' ids, which are rows;
it returns their scores as float32. All are held to one thread by the caller's environment.
"""
import os
import pathlib
import sys
import tempfile

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "serving"))
import graph  # noqa: E402


def layers(t):
    count = sum(1 for key in t if key.startswith("dense_") and key.endswith(".kernel"))
    return [(t[f"dense_{index}.kernel"], t[f"dense_{index}.bias"]) for index in range(count)]


def tables(t):
    """Both halves of the first layer for every id, as in our plan `factored`."""
    width = t["user_embedding"].shape[1]
    kernel, bias = layers(t)[0]
    return t["user_embedding"] @ kernel[:width] + bias, t["candidate_embedding"] @ kernel[width:]


def onnx(path, tabulated):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "graph.onnx")
        graph.write(path, file, tabulated)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda user, ids: session.run(None, {"user": user, "candidates": ids})[0][:, 0]


def numpy(t, tabulated):
    first, rest = (tables(t), layers(t)[1:]) if tabulated else (None, layers(t))

    def score(user, ids):
        if tabulated:
            x = np.maximum(first[0][user] + first[1][ids], 0)
        else:
            u = np.broadcast_to(t["user_embedding"][user], (len(ids), t["user_embedding"].shape[1]))
            x = np.concatenate([u, t["candidate_embedding"][ids]], axis=1)
        for index, (kernel, bias) in enumerate(rest):
            x = x @ kernel + bias
            if index + 1 < len(rest):
                x = np.maximum(x, 0)
        return x[:, 0]

    return score


def jax(t, tabulated):
    import jax
    import jax.numpy as jnp

    first, rest = (tables(t), layers(t)[1:]) if tabulated else (None, layers(t))
    first = first and [jnp.asarray(table) for table in first]
    users, items = jnp.asarray(t["user_embedding"]), jnp.asarray(t["candidate_embedding"])
    rest = [(jnp.asarray(kernel), jnp.asarray(bias)) for kernel, bias in rest]

    @jax.jit
    def network(user, ids):
        if tabulated:
            x = jax.nn.relu(first[0][user] + first[1][ids])
        else:
            u = jnp.broadcast_to(users[user], (len(ids), users.shape[1]))
            x = jnp.concatenate([u, items[ids]], axis=1)
        for index, (kernel, bias) in enumerate(rest):
            x = x @ kernel + bias
            if index + 1 < len(rest):
                x = jax.nn.relu(x)
        return x[:, 0]

    return lambda user, ids: np.asarray(network(user.astype(np.int32), ids.astype(np.int32)))


def torch(t, tabulated):
    import torch

    torch.set_num_threads(1)
    first, rest = (tables(t), layers(t)[1:]) if tabulated else (None, layers(t))
    first = first and [torch.from_numpy(np.ascontiguousarray(table)) for table in first]
    users, items = torch.from_numpy(t["user_embedding"]), torch.from_numpy(t["candidate_embedding"])
    rest = [(torch.from_numpy(np.ascontiguousarray(kernel)), torch.from_numpy(bias)) for kernel, bias in rest]

    @torch.inference_mode()
    def score(user, ids):
        user, ids = torch.from_numpy(user), torch.from_numpy(ids)
        if tabulated:
            x = (first[0][user] + first[1][ids]).relu_()
        else:
            x = torch.cat([users[user].expand(len(ids), -1), items[ids]], dim=1)
        for index, (kernel, bias) in enumerate(rest):
            x = torch.addmm(bias, x, kernel)
            if index + 1 < len(rest):
                x = x.relu_()
        return x[:, 0].numpy()

    return score


def all_of(path):
    """Every peer that is installed, by name and plan, and the names of those that are not."""
    t = graph.tensors(path)
    if not layers(t) or "user_bias" in t or "candidate_bias" in t or "mean" in t:
        sys.exit(f"error: {path}: the peers score dense layers without biases of ids or a dot product")
    found, missing = {}, []
    for name, make in (
        ("ONNX Runtime", lambda tabulated: onnx(path, tabulated)),
        ("NumPy", lambda tabulated: numpy(t, tabulated)),
        ("JAX", lambda tabulated: jax(t, tabulated)),
        ("PyTorch", lambda tabulated: torch(t, tabulated)),
    ):
        try:
            for plan, tabulated in (("precomputed", True), ("plain", False)):
                found[name, plan] = make(tabulated)
        except ImportError:
            missing.append(name)
    return found, missing
