"""What the Python servers share: bytes of ids in (the user first), bytes of scores out, through ONNX Runtime."""
import numpy as np
import onnxruntime


class Scorer:
    def __init__(self, path: str):
        options = onnxruntime.SessionOptions()
        # One core for everything: threads would only take turns.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def score(self, data: bytes) -> bytes:
        ids = np.frombuffer(data, "<i8")
        return self.session.run(None, {"user": ids[:1], "candidates": ids[1:]})[0].tobytes()
