"""The nearest relative: a ROUTER in Python in front of ONNX Runtime. Arguments: the graph, the port."""
import sys

import zmq
from scorer import Scorer

scorer = Scorer(sys.argv[1])
socket = zmq.Context().socket(zmq.ROUTER)
socket.bind(f"tcp://127.0.0.1:{sys.argv[2]}")
while True:
    client, data = socket.recv_multipart()
    socket.send_multipart([client, scorer.score(data)])
