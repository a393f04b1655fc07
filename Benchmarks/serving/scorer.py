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
        return self._scores(np.frombuffer(data, "<i8")).tobytes()

    def best(self, data: bytes, wanted: int) -> bytes:
        """Positions and scores of the best, in the order of docs/reference/numerics.md."""
        ids = np.frombuffer(data, "<i8")
        scores = self._scores(ids)[:, 0]
        chosen = np.argpartition(scores, -wanted)[-wanted:]
        chosen = chosen[np.lexsort((ids[1:][chosen], -scores[chosen]))]
        return chosen.astype("<u4").tobytes() + scores[chosen].tobytes()

    def _scores(self, ids):
        return self.session.run(None, {"user": ids[:1], "candidates": ids[1:]})[0]
