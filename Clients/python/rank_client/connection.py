"""One ZeroMQ connection to a worker, and what its monitor sees of it."""
import errno
import ipaddress
import itertools
import re
import time
from typing import List, Optional, Tuple

import zmq
from zmq.utils.monitor import recv_monitor_message

from .values import RankError, Status

MOST_REPLY_BYTES = 64 << 20
PAUSE = 0.05  # seconds between two attempts to connect of a call that waits for a worker
_ADDRESS = re.compile(r"tcp://(?:\[([^][]+)\]|([^][:/]+)):(\d{1,5})|ipc://.+", re.DOTALL)
_monitors = itertools.count()  # pyzmq names them by the descriptor, which may be used again before the name is free
_REFUSED = "connection refused or host unreachable; is a worker listening there?"


def parse(endpoint: str) -> Tuple[bool, bool]:
    """Whether tcp://HOST:PORT, tcp://[IPV6]:PORT or ipc://PATH names an IPv6 address, or a host by its name."""
    match = _ADDRESS.fullmatch(endpoint) if isinstance(endpoint, str) else None
    try:
        if not match or not 0 < int(match[3] or 1) < 65_536:
            raise ValueError("expected tcp://HOST:PORT, tcp://[IPV6]:PORT or ipc://PATH")
        if match[1]:
            ipaddress.IPv6Address(match[1].partition("%")[0])
        return bool(match[1]), bool(match[2]) and not re.fullmatch(r"[0-9.]+", match[2])
    except ValueError as error:
        raise RankError(Status.INVALID_ARGUMENT, f"endpoint {endpoint!r}: {error}") from None


class Connection:
    """A socket whose messages go to one worker, or are refused here: nothing waits for a worker that is not connected.

    `losses` counts the connections that ended: what had been sent on them and not answered is lost."""

    def __init__(self, endpoint: str, mode: str) -> None:
        self.endpoint, self.mode, self.losses = endpoint, mode, 0
        is_ipv6, self._is_name = parse(endpoint)
        self._open(is_ipv6)

    def _open(self, is_ipv6: bool) -> None:
        self._is_ipv6 = is_ipv6
        self.is_connected, self._is_announced = False, False
        self.failure: Optional[RankError] = None
        socket = None
        try:
            socket = self.socket = zmq.Context.instance().socket(getattr(zmq, self.mode))
            # With IPv6 on, libzmq takes a name's IPv6 address alone: a name is tried both ways.
            self.socket.ipv6 = is_ipv6
            self.socket.linger, self.socket.immediate, self.socket.maxmsgsize = 0, 1, MOST_REPLY_BYTES
            self.socket.reconnect_ivl, self.socket.reconnect_ivl_max, self.socket.connect_timeout = 50, 1000, 1000
            if self.mode == "REQ":  # a plain REQ that timed out is stuck, a merely relaxed one takes an old reply
                self.socket.req_relaxed = self.socket.req_correlate = 1
            self._monitor = self.socket.get_monitor_socket(addr=f"inproc://rank-client-{next(_monitors)}")
            self.socket.connect(self.endpoint)
        except zmq.ZMQError as error:
            if socket is not None:
                socket.disable_monitor()
                socket.close(linger=0)
            scarce = error.errno in (errno.EMFILE, errno.ENFILE)
            raise RankError(Status.RESOURCE_EXHAUSTED if scarce else Status.INVALID_ARGUMENT,
                            f"{self.endpoint}: {error}") from error
        self._poller = zmq.Poller()
        self._poller.register(self._monitor, zmq.POLLIN)
        self._poller.register(self.socket, zmq.POLLIN)

    def close(self) -> None:
        self.socket.disable_monitor()
        self._monitor.close(linger=0)
        self.socket.close(linger=0)

    def wait(self, end: float) -> None:
        """Waits for a message or news of the connection, until a time of time.monotonic() at most."""
        self._poller.poll(max(0, int((end - time.monotonic()) * 1e3) + 1))
        self._watch()

    def receive(self) -> Optional[List[bytes]]:
        """The next message; None if there is none."""
        try:
            return self.socket.recv_multipart(zmq.DONTWAIT)
        except zmq.ZMQError as error:
            # A REQ is readable, too, by an earlier reply, which it drops, and must not receive what it did not ask for.
            if error.errno in (zmq.EAGAIN, zmq.EFSM):
                return None
            raise

    def send(self, frame: bytes) -> bool:
        """Whether the connection took a frame; it never waits."""
        try:
            self.socket.send(frame, zmq.DONTWAIT)
            return True
        except zmq.Again:
            return False

    def ready(self, end: float, waits: bool) -> None:
        """Has a connection that stands by a time, or raises why there is none.

        One that was lost or refused before is tried anew. `waits`: whether other attempts follow one that fails."""
        self._watch()
        if not self.is_connected and (self.failure or self.losses):
            self._reopen(self._is_ipv6)
        tried = {self._is_ipv6}
        while not self.is_connected:
            if self.failure and self._is_name and len(tried) == 1:
                self._reopen(not self._is_ipv6)
                tried.add(self._is_ipv6)
            elif self.failure and not waits:
                raise self.failure
            elif self.failure:
                time.sleep(max(0.0, min(PAUSE, end - time.monotonic())))
                self._reopen(self._is_ipv6)
                tried = {self._is_ipv6}
            if time.monotonic() >= end:
                raise RankError(Status.DEADLINE_EXCEEDED, f"no connection to {self.endpoint} in time")
            self._monitor.poll(max(0, int((end - time.monotonic()) * 1e3) + 1))
            self._watch()

    def _reopen(self, is_ipv6: bool) -> None:
        self.close()
        self._open(is_ipv6)

    def _watch(self) -> None:
        """Takes note of what the monitor saw."""
        while self._monitor.poll(0):
            news = recv_monitor_message(self._monitor, zmq.DONTWAIT)
            kind, value = news["event"], news["value"]
            if kind == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self.is_connected, self.failure = True, None
            elif kind == zmq.EVENT_DISCONNECTED:
                self.losses += self.is_connected
                if not self.is_connected:
                    self._fail(Status.UNAVAILABLE, "the peer ended the connection before it was ready")
                self.is_connected = False
            elif kind == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self._fail(Status.UNAUTHENTICATED, f"the peer refused the key (ZAP status {value})")
            elif kind == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
                self._fail(Status.UNAVAILABLE, "the peer does not speak ZeroMQ, or demands a key")
            elif kind == zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL:
                self._fail(Status.UNAVAILABLE, "the peer ended the connection before it was ready")
            elif kind == zmq.EVENT_CLOSED and not self.is_connected:
                self._fail(Status.UNAVAILABLE, _REFUSED)
            elif kind == zmq.EVENT_CONNECT_RETRIED and not self._is_announced and not self.is_connected:
                # An attempt that comes to no connection and closes none failed before: at the name.
                self._fail(Status.UNAVAILABLE, "the name is not resolved, or no socket can be made")
            self._is_announced = kind in (zmq.EVENT_DISCONNECTED, zmq.EVENT_CLOSED)

    def _fail(self, status: Status, reason: str) -> None:
        if self.failure is None or self.failure.message.endswith(_REFUSED):
            self.failure = RankError(status, f"{self.endpoint}: {reason}")
