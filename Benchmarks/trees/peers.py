"""Other engines for ensembles, which pip brings. Each is made from a model's file and its tensors, or raises."""
import ctypes
import shutil
import time

import calls
import numpy as np

# 500 trees of 63 leaves took LLVM and gcc two minutes each; of those of 255 gcc had done two thirds after four.
MOST_LEAVES_TO_COMPILE = 40_000


def check_leaves(tensors):
    """Raises for what takes too long to compile."""
    if len(tensors["leaves.value"]) > MOST_LEAVES_TO_COMPILE:
        raise ValueError(f"more than {MOST_LEAVES_TO_COMPILE:,} leaves take too long to compile")


class OnnxRuntime:
    """One node TreeEnsembleRegressor, in float32; called from Python, whose few microseconds are counted."""

    name = "onnxruntime"

    def __init__(self, turns, path, metadata, tensors):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        graph = ensemble(int(metadata["features"]), tensors).SerializeToString()
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def call(self, lists, candidates):
        return PythonCall(lambda rows: self.session.run(None, {"rows": rows})[0][:, 0], lists, candidates)


class PythonCall:
    """An engine and its lists, called from Python."""

    def __init__(self, function, lists, candidates):
        self.function, self.lists = function, np.split(np.ascontiguousarray(lists), len(lists) // candidates)
        self.count = len(self.lists)

    def score(self, index):
        return self.function(self.lists[index])

    def window(self, first, number):
        self.function(self.lists[first % self.count])
        start = time.thread_time_ns()
        for index in range(first + 1, first + 1 + number):
            self.function(self.lists[index % self.count])
        return (time.thread_time_ns() - start) / number


def ensemble(features, tensors):
    """The graph of an ensemble without categories, in which missing values are NaN."""
    import onnx
    from onnx import TensorProto, helper

    nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids",
                                   "missing_value_tracks_true")}
    targets = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}

    def add(*values):
        for column, value in zip(nodes.values(), values, strict=True):
            column.append(value)

    first, leaves = tensors["trees.nodes"].tolist(), tensors["trees.leaves"].tolist()
    left, right = tensors["nodes.left"].tolist(), tensors["nodes.right"].tolist()
    for tree in range(len(first) - 1):
        count = first[tree + 1] - first[tree]
        for node in range(count):
            at = first[tree] + node
            children = [child if child >= 0 else count + ~child for child in (left[at], right[at])]
            never, missing_right = tensors["nodes.flags"][at] & 8, tensors["nodes.flags"][at] & 2
            threshold = np.inf if never else float(tensors["nodes.threshold"][at])
            feature = int(tensors["nodes.feature"][at])
            add(tree, node, feature, threshold, "BRANCH_LT", *children, int(not missing_right))
        for leaf in range(leaves[tree + 1] - leaves[tree]):
            add(tree, count + leaf, 0, 0.0, "LEAF", 0, 0, 0)
            value = float(tensors["leaves.value"][leaves[tree] + leaf])
            for column, entry in zip(targets.values(), (tree, count + leaf, 0, value), strict=True):
                column.append(entry)
    node = helper.make_node("TreeEnsembleRegressor", ["rows"], ["sums"], domain="ai.onnx.ml", n_targets=1,
                            base_values=[float(tensors["base"][0])],
                            **{f"nodes_{name}": column for name, column in nodes.items()},
                            **{f"target_{name}": column for name, column in targets.items()})
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, features])
    sums = helper.make_tensor_value_info("sums", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph([node], "trees", [rows], [sums])
    operators = [helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)]
    return onnx.helper.make_model(graph, opset_imports=operators, ir_version=8)


class Tl2cgen:
    """The model as C, compiled; a row's values are copied to where it wants them."""

    name = "tl2cgen"

    def __init__(self, turns, path, metadata, tensors):
        import tl2cgen
        import treelite

        check_leaves(tensors)
        self.turns, self.is_double = turns, path.suffix == ".txt"
        load = treelite.frontend.load_lightgbm_model if self.is_double else treelite.frontend.load_xgboost_model
        library = path.with_suffix(".so")
        if not library.exists():
            compiler = "gcc" if shutil.which("gcc") else "clang"
            tl2cgen.export_lib(load(str(path)), toolchain=compiler, libpath=str(library), params={"parallel_comp": 16},
                               nthread=1)
        self.library = ctypes.CDLL(str(library))

    def call(self, lists, candidates):
        kind = calls.TL2CGEN_DOUBLE if self.is_double else calls.TL2CGEN_FLOAT
        return calls.Call(self.turns, lists, candidates, self.is_double, kind=kind,
                          function=calls.address(self.library.predict))


class Lleaves:
    """The model compiled by LLVM, on rows of doubles that are made before."""

    name = "lleaves"

    def __init__(self, turns, path, metadata, tensors):
        import lleaves

        check_leaves(tensors)
        self.turns, self.model = turns, lleaves.Model(str(path))
        self.model.compile(cache=str(path.with_suffix(".lleaves")), raw_score=True)

    def call(self, lists, candidates):
        return calls.Call(self.turns, lists.astype(np.float64), candidates, True, kind=calls.LLEAVES,
                          function=calls.address(self.model._c_entry_func))


ALL = {peer.name: peer for peer in (OnnxRuntime, Tl2cgen, Lleaves)}
