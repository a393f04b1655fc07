"""A client of one swift-rank worker over pyzmq. Every call has a deadline and ends by it."""
import contextlib
import itertools
import re
import time
from typing import Any, Dict, List, Optional, Sequence

import zmq

from . import protocol as wire
from .values import Id, Query, RankError, Result, Status


class Client(contextlib.AbstractContextManager):
    """A connection of one thread to the worker at tcp://HOST:PORT or ipc://PATH; every failure is a RankError.
    `mode`: a "DEALER" may have many requests outstanding, a "REQ" has one. Deadlines are in seconds from the call."""
    def __init__(self, endpoint: str, *, mode: str = "DEALER", deadline: float = 0.25) -> None:
        match = re.fullmatch(r"tcp://.+:(\d{1,5})|ipc://.+", endpoint)
        if mode not in ("DEALER", "REQ") or not match or not 0 < int(match[1] or 1) < 65_536:
            raise RankError(Status.INVALID_ARGUMENT, f"{mode} at {endpoint!r}, not a DEALER or REQ at tcp:// or ipc://")
        self.endpoint, self.deadline, self._ids = endpoint, deadline, itertools.count(1)
        self._pending: Dict[int, List[Any]] = {}  # request id -> [end by time.monotonic(), kind, counts, reply]
        self._socket = zmq.Context.instance().socket(getattr(zmq, mode))
        self._socket.linger, self._socket.immediate, self._socket.maxmsgsize = 0, 1, 64 << 20
        if mode == "REQ":  # a plain REQ that timed out is stuck, a merely relaxed one takes an old reply for the new
            self._socket.req_relaxed = self._socket.req_correlate = 1
        try:
            self._socket.connect(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise RankError(Status.INVALID_ARGUMENT, f"{endpoint}: {error}") from error

    def score(self, user: Id, candidates: Sequence[Id], floats: Sequence[float] = (), **options: Any) -> Result:
        """Scores the candidates for one user; `floats` are their features, row by row; options as in `submit`."""
        return self.collect(self.submit([(user, candidates, floats)], **options)).results[0]

    def submit(self, queries: Sequence[Query], *, deadline: Optional[float] = None, allow_partial: bool = False,
               model: Optional[str] = None, profile: int = 0, **options: Any) -> int:
        """Sends a SCORE request (see `encode_score`) and returns its id; a DEALER may send many before it collects."""
        payload, counts = wire.encode_score(queries, **options), [len(query[1]) for query in queries]
        return self._send(wire.SCORE, payload, deadline, counts, flags=allow_partial, model=model, profile=profile)

    def ask(self, kind: int, payload: bytes = b"", *, deadline: Optional[float] = None) -> Any:
        """INFO, STATS: a dict of texts. HEALTH: is it serving? CANCEL (payload: a request's id, u64): did it wait?"""
        return self.collect(self._send(kind, payload, deadline))

    def _send(self, kind: int, payload: bytes, deadline: Optional[float], counts: Any = None, **fields: Any) -> int:
        if self._socket.type == zmq.REQ and self._pending:
            raise RankError(Status.INVALID_ARGUMENT, "a REQ has one request at a time: collect it first, or use DEALER")
        if not 0 < (seconds := self.deadline if deadline is None else deadline) < 3600:
            raise RankError(Status.INVALID_ARGUMENT, f"a deadline of {seconds} s; it is over 0 and under 3,600")
        end, request_id = time.monotonic() + seconds, next(self._ids)
        self._wait(zmq.POLLOUT, end, f"no connection to {self.endpoint}, or its queue is full, within {seconds} s")
        left = (end - time.monotonic()) * 1e6
        left -= min(left / 4, 1e4) * fields.get("flags", 0)  # a partial answer needs time for its way
        with contextlib.suppress(zmq.Again):  # where the connection was lost this moment, the deadline ends the call
            self._socket.send(wire.encode(request_id, kind, payload, time_us=max(1, int(left)), **fields), zmq.DONTWAIT)
        self._pending[request_id] = [end, kind, counts, None]
        return request_id

    def collect(self, request_id: int) -> Any:
        """Waits for the reply to a request sent before, in any order, until that request's deadline; see `decode`."""
        if request_id not in self._pending:
            raise RankError(Status.INVALID_ARGUMENT, f"request {request_id} is not outstanding")
        end, kind, counts, _ = call = self._pending[request_id]
        try:
            while call[-1] is None:
                self._wait(zmq.POLLIN, end, f"no answer from {self.endpoint} in time")
                with contextlib.suppress(zmq.Again):  # a REQ is readable, too, by an earlier reply, which it drops
                    *envelope, body = self._socket.recv_multipart(zmq.DONTWAIT)
                    owner = self._pending.get(int.from_bytes(body[8:16], "little"))
                    if owner and not any(envelope):  # otherwise it is the reply to a call that has ended, or foreign
                        owner[-1] = body
            return wire.decode(call[-1], kind, counts)
        finally:
            del self._pending[request_id]

    def _wait(self, event: int, end: float, otherwise: str) -> None:
        left = end - time.monotonic()
        if left < 0 or not self._socket.poll(int(left * 1e3) + 1, event):
            raise RankError(Status.DEADLINE_EXCEEDED, otherwise)

    def close(self) -> None:
        """Closes the connection; what is outstanding is lost."""
        self._socket.close(linger=0)

    def __exit__(self, *_: Any) -> None:
        self.close()
