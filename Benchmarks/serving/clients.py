"""One client per transport, as its users have it: ids out, scores back, in this process."""
import http.client
import socket

import grpc
import numpy as np
import zmq


class ZMQ:
    """A DEALER that waits for each reply; `wrap` makes the frame, `unwrap` finds the scores in the reply."""

    def __init__(self, port: int, wrap=lambda ids: ids.tobytes(), unwrap=lambda data: np.frombuffer(data, "<f4")):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.RCVTIMEO, 10_000)
        self.socket.connect(f"tcp://127.0.0.1:{port}")
        self.wrap, self.unwrap = wrap, unwrap

    def score(self, ids):
        self.socket.send(self.wrap(ids))
        return self.unwrap(self.socket.recv())


class HTTP:
    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def score(self, ids):
        self.connection.request("POST", "/inference", ids.tobytes())
        response = self.connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise RuntimeError(f"HTTP {response.status}: {data[:200]!r}")
        return np.frombuffer(data, "<f4")


class GRPC:
    def __init__(self, port: int):
        self.call = grpc.insecure_channel(f"127.0.0.1:{port}").unary_unary("/Ranking/Score")

    def score(self, ids):
        return np.frombuffer(self.call(ids.tobytes(), timeout=10), "<f4")
