"""A client over pyzmq that waits for each reply."""
import numpy as np
import zmq


def floats(data):
    return np.frombuffer(data, "<f4")


class ZMQ:
    """`wrap` makes the frame of a request, `unwrap` finds the scores in the reply; a REP server wants a REQ."""

    def __init__(self, endpoint: str, wrap=lambda ids: ids.tobytes(), unwrap=floats, kind: int = zmq.DEALER):
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.setsockopt(zmq.RCVTIMEO, 10_000)
        # Whatever was sent to a server that has not bound yet must not keep this process.
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)
        self.wrap, self.unwrap = wrap, unwrap

    def score(self, request):
        self.socket.send(self.wrap(request))
        return self.unwrap(self.socket.recv())
