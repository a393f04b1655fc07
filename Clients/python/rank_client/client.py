"""A client of one swift-rank worker over pyzmq. Every call has a deadline and ends by it."""
import contextlib
import itertools
import math
import re
import time
from typing import Any, Dict, List, Optional, Sequence

import zmq

from . import protocol as wire
from .protocol import Id, Query, RankError, Result, ScoreReply, Status


class Client(contextlib.AbstractContextManager):
    """A connection to the worker at tcp://HOST:PORT or ipc://PATH, for one thread; every failure is a RankError.

    `mode` is "DEALER" (many requests outstanding, by `submit` and `collect`) or "REQ" (one at a time). `deadline`, in
    seconds, holds for calls that name none. Options of a SCORE request: top_k, unknown, bulk, features (see
    `encode_score`), allow_partial, model, profile, deadline.
    """
    def __init__(self, endpoint: str, *, mode: str = "DEALER", deadline: float = 0.25) -> None:
        match = re.fullmatch(r"tcp://.+:(\d{1,5})|ipc://.+", endpoint)
        if mode not in ("DEALER", "REQ") or not match or not 0 < int(match[1] or 1) < 65_536:
            raise RankError(Status.INVALID_ARGUMENT, f"{mode} at {endpoint!r}; DEALER or REQ, tcp://HOST:PORT or ipc://PATH")
        self.endpoint, self.deadline, self._ids = endpoint, deadline, itertools.count(1)
        self._pending: Dict[int, List[Any]] = {}  # request id -> [its deadline by time.monotonic(), its reply or None]
        # A plain REQ that timed out is stuck, and one that is only relaxed takes the old reply for the new.
        options = {zmq.REQ_RELAXED: 1, zmq.REQ_CORRELATE: 1} if mode == "REQ" else {}
        self._socket = zmq.Context.instance().socket(getattr(zmq, mode))
        for option, value in {zmq.LINGER: 0, zmq.IMMEDIATE: 1, zmq.MAXMSGSIZE: 64 << 20, **options}.items():
            self._socket.setsockopt(option, value)
        try:
            self._socket.connect(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise RankError(Status.INVALID_ARGUMENT, f"{endpoint}: {error}") from error

    def score(self, user: Id, candidates: Sequence[Id], floats: Sequence[float] = (), **options: Any) -> Result:
        """Scores the candidates for one user; `floats` are their features, row by row."""
        return self.score_queries([(user, candidates, floats)], **options).results[0]

    def score_queries(self, queries: Sequence[Query], **options: Any) -> ScoreReply:
        """Scores several (user, candidates) queries, all by one model."""
        return self.collect(self.submit(queries, **options))

    def submit(self, queries: Sequence[Query], *, deadline: Optional[float] = None, allow_partial: bool = False,
               model: Optional[str] = None, profile: int = 0, **options: Any) -> int:
        """Sends a SCORE request and returns its id for `collect`; a DEALER may do so many times before it collects."""
        return self._send(wire.SCORE, wire.encode_score(queries, **options), deadline, flags=int(allow_partial),
                          model=model, profile=profile)

    def collect(self, request_id: int) -> Any:
        """Waits for the reply to a submitted request, in any order, until that request's deadline."""
        if request_id not in self._pending:
            raise RankError(Status.INVALID_ARGUMENT, f"request {request_id} is not outstanding")
        try:
            while self._pending[request_id][1] is None:
                self._wait(zmq.POLLIN, self._pending[request_id][0], f"no answer from {self.endpoint} in time")
                try:
                    *envelope, body = self._socket.recv_multipart(zmq.DONTWAIT)
                except zmq.Again:  # a REQ was readable only by the reply to an earlier request, and has dropped it
                    continue
                # A reply that nobody waits for any more is dropped.
                if not any(envelope) and (other := int.from_bytes(body[8:16], "little")) in self._pending:
                    self._pending[other][1] = body
            return wire.decode(self._pending[request_id][1])
        finally:
            del self._pending[request_id]

    def cancel(self, request_id: int, *, deadline: Optional[float] = None) -> bool:
        """Takes back a submitted request; True if it was still waiting: then `collect` raises CANCELLED."""
        return self.collect(self._send(wire.CANCEL, request_id.to_bytes(8, "little"), deadline))

    def health(self, *, deadline: Optional[float] = None) -> bool:
        """Whether the worker is serving, answered by its scoring thread."""
        return self.collect(self._send(wire.HEALTH, b"", deadline))

    def info(self, *, deadline: Optional[float] = None) -> Dict[str, str]:
        """What the worker says of its model and limits."""
        return self.collect(self._send(wire.INFO, b"", deadline))

    def stats(self, *, deadline: Optional[float] = None) -> Dict[str, str]:
        """The worker's counters since its start."""
        return self.collect(self._send(wire.STATS, b"", deadline))

    def close(self) -> None:
        """Closes the connection; what is outstanding is lost."""
        self._socket.close(linger=0)

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _send(self, kind: int, payload: bytes, deadline: Optional[float], **fields: Any) -> int:
        if self._socket.type == zmq.REQ and self._pending:
            raise RankError(Status.INVALID_ARGUMENT, "a REQ has one request at a time: collect it first, or use DEALER")
        seconds = self.deadline if deadline is None else deadline
        if not 0 < seconds < 3600:
            raise RankError(Status.INVALID_ARGUMENT, f"a deadline of {seconds} s; it is over 0 and under 3,600")
        end, request_id = time.monotonic() + seconds, next(self._ids)
        self._wait(zmq.POLLOUT, end, f"no connection to {self.endpoint}, or its queue is full, within {seconds} s")
        left = max(1, int((end - time.monotonic()) * 1e6))
        try:
            self._socket.send(wire.encode(request_id, kind, payload, time_us=left, **fields), zmq.DONTWAIT)
        except zmq.Again as error:
            raise RankError(Status.UNAVAILABLE, f"the connection to {self.endpoint} was lost") from error
        self._pending[request_id] = [end, None]
        return request_id

    def _wait(self, event: int, end: float, otherwise: str) -> None:
        if not self._socket.poll(max(0, math.ceil((end - time.monotonic()) * 1e3)), event):
            raise RankError(Status.DEADLINE_EXCEEDED, otherwise)
