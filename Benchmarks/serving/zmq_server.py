"""The nearest relative: a ROUTER in Python in front of ONNX Runtime. Arguments: the graph, the endpoint, and how many of
the best a reply has: without it all scores."""
import sys

import zmq
from scorer import Scorer

scorer = Scorer(sys.argv[1])
wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 0
socket = zmq.Context().socket(zmq.ROUTER)
socket.bind(sys.argv[2])
while True:
    client, data = socket.recv_multipart()
    socket.send_multipart([client, scorer.best(data, wanted) if wanted else scorer.score(data)])
