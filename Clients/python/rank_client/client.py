"""A client of one swift-rank worker over pyzmq. Every call has a deadline and ends by it."""
import contextlib
import itertools
import os
import threading
import time
from typing import Any, Dict, Iterator, List, Optional, Sequence

import zmq

from . import arguments, protocol as wire
from .catalog import Listing
from .connection import MOST_REPLY_BYTES, Connection
from .replies import Asked
from .values import Id, Query, RankError, Result, Status

ASKS_FROM = 4096  # bytes: no worker has a limit so low that it cuts the connection for less
_inherited: List[Connection] = []  # of the process before a fork: kept, so that nothing ends them here


class _Call:
    """A request that is outstanding: when it ends, what was asked, and the reply or why there is none."""

    def __init__(self, end: float, asked: Asked) -> None:
        self.end, self.asked, self.losses = end, asked, 0
        self.reply: Optional[bytes] = None
        self.refusal: Optional[RankError] = None  # what the worker would refuse was not sent


class Client(Listing, contextlib.AbstractContextManager):
    """A connection of one thread to the worker at tcp://HOST:PORT, tcp://[IPV6]:PORT or ipc://PATH.

    Every failure is a RankError. `mode`: a "DEALER" may have many requests outstanding, a "REQ" has one. `deadline`: in
    seconds from the call. `wait_ready`: whether calls wait for a worker that refuses the connection, by their deadline.
    In a process that was forked the client connects anew; what was outstanding is the process' before the fork."""

    def __init__(self, endpoint: str, *, mode: str = "DEALER", deadline: float = 0.25,
                 wait_ready: bool = False) -> None:
        if mode not in ("DEALER", "REQ"):
            raise arguments.refusal(f"mode is {arguments.shown(mode)}; expected 'DEALER' or 'REQ'")
        self.endpoint, self.mode, self._ids = endpoint, mode, itertools.count(1)
        self.deadline, self.wait_ready = arguments.seconds(deadline), arguments.flag(wait_ready, "wait_ready")
        self._is_closed = False
        self._begin()

    def _begin(self) -> None:
        self._connection: Connection = Connection(self.endpoint, self.mode)
        self._process, self._lock = os.getpid(), threading.Lock()
        self._owner: Optional[threading.Thread] = None  # the thread that the client belongs to, from its first call on
        self._pending: Dict[int, _Call] = {}
        self._limits: Dict[str, int] = {}
        self._limits_of: Any = None  # the connection that they were asked for on: another one may have others

    @contextlib.contextmanager
    def _used(self) -> Iterator[None]:
        """The client in use by this thread of this process, or why it cannot be."""
        if self._is_closed:
            raise RankError(Status.FAILED_PRECONDITION, "the client is closed; make another one")
        if self._process != os.getpid():
            inherited = self._connection
            self._begin()
            _inherited.append(inherited)
        if not self._lock.acquire(blocking=False):
            raise RankError(Status.FAILED_PRECONDITION, "the client is in another call; make one for each thread")
        try:
            here, owner = threading.current_thread(), self._owner
            if owner not in (None, here) and owner.is_alive():
                raise RankError(Status.FAILED_PRECONDITION, f"the client belongs to the thread {owner.name!r}, which "
                                f"used it first, and this is {here.name!r}; make one for each thread")
            self._owner = here
            yield
        except zmq.ZMQError as error:  # such as the end of the context
            raise RankError(Status.INTERNAL, f"the transport failed: {error}") from error
        finally:
            self._lock.release()

    def score(self, user: Id, candidates: Sequence[Id], floats: Sequence[float] = (), *,
              query_features: Optional[Sequence[float]] = None, **options: Any) -> Result:
        """Scores the candidates for one user; `floats` are their features, row by row, and `query_features` those that
        are given once for all of them; options as in `submit`."""
        given = None if query_features is None else [query_features]
        return self.collect(self.submit([(user, candidates, floats)], query_features=given, **options)).results[0]

    def submit(self, queries: Sequence[Query], *, deadline: Optional[float] = None, allow_partial: bool = False,
               model: Optional[str] = None, profile: int = 0, **options: Any) -> int:
        """Sends a SCORE request and returns its id; a DEALER may send many before it collects.

        `options`: top_k, unknown, bulk, features, query_features, as in `arguments.score_call`. A feature that is
        missing is nan, where the model takes that. The worker is asked for its limits before the first long list."""
        seconds = arguments.seconds(self.deadline if deadline is None else deadline)
        end, call = time.monotonic() + seconds, arguments.score_call(queries, **options)
        asked = Asked(wire.SCORE, call.counts, call.ids, call.top_k, call.unknown,
                      arguments.flag(allow_partial, "allow_partial"), model, profile)
        return self._send(asked, call.payload, end, call.extensions)

    def ask(self, kind: int, payload: bytes = b"", *, deadline: Optional[float] = None) -> Any:
        """INFO, STATS: a dict of texts. HEALTH: is it serving? CANCEL (payload: a request's id, u64): did it wait?"""
        end = time.monotonic() + arguments.seconds(self.deadline if deadline is None else deadline)
        expected = {wire.CANCEL: 8, wire.INFO: 0, wire.HEALTH: 0, wire.STATS: 0}.get(arguments.whole(kind))
        if expected is None:
            raise arguments.refusal(f"kind is {arguments.shown(kind)}; expected INFO, STATS, HEALTH or CANCEL")
        if not isinstance(payload, bytes) or len(payload) != expected:
            raise arguments.refusal(f"the payload is {arguments.shown(payload)}; this kind has {expected} bytes")
        return self.collect(self._send(Asked(int(kind)), payload, end))

    def collect(self, request_id: int) -> Any:
        """Waits for the reply to a request sent before, in any order, until that request's deadline; see `decode`."""
        with self._used():
            return self._collect(request_id)

    def _collect(self, request_id: int) -> Any:
        call = self._pending.get(request_id) if arguments.whole(request_id) is not None else None
        if call is None:
            raise arguments.refusal(f"request {arguments.shown(request_id)} is not outstanding in this process")
        try:
            if call.refusal:
                raise call.refusal
            while True:
                self._take_replies()
                if call.reply is not None:
                    return wire.decode(call.reply, call.asked)
                if self._connection.losses != call.losses:
                    raise RankError(Status.UNAVAILABLE, f"the connection to {self.endpoint} was lost; whether the "
                                    "worker got the request is not known")
                if time.monotonic() >= call.end:
                    raise RankError(Status.DEADLINE_EXCEEDED, f"no answer from {self.endpoint} in time")
                self._connection.wait(call.end)
        finally:
            del self._pending[request_id]

    def _take_replies(self) -> None:
        """Hands the messages that have arrived to their calls, up to a bound, so that a flood outlasts no deadline."""
        for _ in range(256):
            message = self._connection.receive()
            if message is None:
                break
            *envelope, body = message
            owner = self._pending.get(int.from_bytes(body[8:16], "little"))
            if owner and not any(envelope):  # otherwise it is the reply to a call that has ended, or foreign
                owner.reply = body

    def _send(self, asked: Asked, payload: bytes, end: float, extensions: bytes = b"") -> int:
        with self._used():
            if self.mode == "REQ" and self._pending:
                raise arguments.refusal("a REQ has one request at a time: collect it first, or use DEALER")
            frame = wire.encode(next(self._ids), asked.kind, payload, flags=asked.allow_partial, model=asked.model,
                                profile=asked.profile, extensions=extensions)
            self._take_replies()  # those that came before a connection was lost are answers
            self._connection.ready(end, self.wait_ready)
            refusal = self._over(frame, asked, end) if asked.kind == wire.SCORE and len(frame) > ASKS_FROM else None
            return self._put(frame, asked, end, refusal)

    def _over(self, frame: bytes, asked: Asked, end: float) -> Optional[RankError]:
        """Why the worker would refuse a frame for its size: one far beyond its limit would cut the connection."""
        if self._limits_of != (connection := (self._connection.losses, self._connection.socket)):
            question = wire.encode(next(self._ids), wire.INFO)
            info = self._collect(self._put(question, Asked(wire.INFO), end))
            names = {"max_message_bytes": 1 << 20, "max_candidates": 131_072, "max_queries": 4_096}
            self._limits = {name: int(text) if (text := info.get(name, "")).isdecimal() else otherwise
                            for name, otherwise in names.items()}
            self._limits_of = connection
        counts = asked.counts or []
        reply = 64 + 48 * len(counts) + 13 * sum(counts)
        found = {"max_queries": len(counts), "max_candidates": sum(counts), "max_message_bytes": len(frame)}
        for name, number in found.items():
            if number > self._limits[name]:
                return arguments.refusal(f"the request has {number} {name.split('_', 1)[1].replace('_', ' ')}, the "
                                         f"worker takes {self._limits[name]} ({name}); split it")
        if reply > MOST_REPLY_BYTES:
            return arguments.refusal(f"a reply of {reply} bytes, over {MOST_REPLY_BYTES}; split the request")
        return None

    def _put(self, frame: bytes, asked: Asked, end: float, refusal: Optional[RankError] = None) -> int:
        call, request_id = _Call(end, asked), int.from_bytes(frame[8:16], "little")
        if refusal:
            call.refusal, self._pending[request_id] = refusal, call
            return request_id
        left = (end - time.monotonic()) * 1e6
        if left <= 0:
            raise RankError(Status.DEADLINE_EXCEEDED, f"no time is left to ask {self.endpoint}")
        left -= min(left / 4, 1e4) * asked.allow_partial  # a partial answer needs time for its way
        frame = wire.with_time(frame, max(1, int(left)))
        call.losses = self._connection.losses
        while not self._connection.send(frame):
            self._take_replies()
            if time.monotonic() >= end:
                raise RankError(Status.DEADLINE_EXCEEDED, f"the queue to {self.endpoint} stayed full in time")
            self._connection.wait(min(end, time.monotonic() + 0.001))
            self._connection.ready(end, self.wait_ready)
            call.losses = self._connection.losses
        self._pending[request_id] = call
        return request_id

    def close(self) -> None:
        """Closes the connection; what is outstanding is lost. That of the process before a fork stays as it is."""
        if self._is_closed:
            return
        if self._process == os.getpid():
            if not self._lock.acquire(blocking=False):
                raise RankError(Status.FAILED_PRECONDITION, "another thread is in a call of the client; close it later")
            try:
                self._is_closed = True
                self._connection.close()
            finally:
                self._lock.release()
        else:
            _inherited.append(self._connection)
        self._is_closed = True
        self._pending.clear()

    def __exit__(self, *_: Any) -> None:
        self.close()
