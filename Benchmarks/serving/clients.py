"""One client per transport, as its users have it: a request out, scores back, in this process."""
import http.client
import socket

import grpc
import numpy as np
from pyzmq_client import ZMQ

__all__ = ["GRPC", "HTTP", "ZMQ"]


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
