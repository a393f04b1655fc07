"""Writes a model file's network as ONNX, by hand: as an exporter does, or with the first layer tabulated."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open


def tensors(path: str) -> dict:
    with safe_open(path, "np") as file:
        return {key: file.get_tensor(key) for key in file.keys()}


def write(path: str, output: str, tabulated: bool) -> None:
    """`tabulated`: both halves of the first layer are tables with a row for each id, as in our factored plan."""
    t = tensors(path)
    width = t["user_embedding"].shape[1]
    constants, nodes = {}, []

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(name, value):
        constants[name] = value
        return name

    count = sum(1 for key in t if key.startswith("dense_") and key.endswith(".kernel"))
    if tabulated:
        kernel, bias = t["dense_0.kernel"], t["dense_0.bias"]
        constant("users", t["user_embedding"] @ kernel[:width] + bias)
        constant("items", t["candidate_embedding"] @ kernel[width:])
        node("Gather", ["users", "user"], "u")
        node("Gather", ["items", "candidates"], "c")
        value, first = node("Relu", [node("Add", ["u", "c"], "h0")], "r0"), 1
    else:
        constant("users", t["user_embedding"])
        constant("items", t["candidate_embedding"])
        node("Gather", ["users", "user"], "u")
        node("Gather", ["items", "candidates"], "c")
        node("Expand", ["u", node("Shape", ["c"], "shape")], "repeated")
        value, first = node("Concat", ["repeated", "c"], "x", axis=1), 0
    for layer in range(first, count):
        for part in ("kernel", "bias"):
            constant(f"dense_{layer}.{part}", t[f"dense_{layer}.{part}"])
        value = node("Gemm", [value, f"dense_{layer}.kernel", f"dense_{layer}.bias"], f"h{layer}")
        if layer + 1 < count:
            value = node("Relu", [value], f"r{layer}")
    graph = helper.make_graph(
        nodes, "ranking",
        [helper.make_tensor_value_info("user", TensorProto.INT64, [1]),
         helper.make_tensor_value_info("candidates", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, output)
