"""mosec: HTTP in Rust in front of a Python process. The graph comes by GRAPH, the port by --port."""
import os

from mosec import Server, Worker
from scorer import Scorer


class Ranking(Worker):
    def __init__(self):
        super().__init__()
        self.scorer = Scorer(os.environ["GRAPH"])

    def deserialize(self, data: bytes) -> bytes:
        return data

    def serialize(self, data: bytes) -> bytes:
        return data

    def forward(self, data: bytes) -> bytes:
        return self.scorer.score(data)


if __name__ == "__main__":
    server = Server()
    server.append_worker(Ranking, num=1, max_batch_size=1)
    server.run()
