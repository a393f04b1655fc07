"""The frames of docs/reference/protocol.md, version 1, as a client sees them: it writes requests and reads replies."""
import math
import re
import struct
from typing import Any, Optional, Sequence, Tuple

from . import arguments
from .catalog import CATALOG, read_page
from .replies import Asked, check_error, check_scores
from .values import Query, RankError, Result, ScoreReply, Status

SCORE, CANCEL, INFO, HEALTH, STATS, REPLY, ERROR, NONE32 = 0x01, 0x02, 0x03, 0x04, 0x05, 0x80, 0xFF, 0xFFFFFFFF


def encode(request_id: int, kind: int, payload: bytes = b"", *, flags: int = 0, time_us: int = NONE32,
           model: Optional[str] = None, profile: int = 0, extensions: bytes = b"") -> bytes:
    """A request frame with `time_us` until its deadline; only `model` (32 hex digits) and `profile` may answer it."""
    if model is not None and not (isinstance(model, str) and re.fullmatch("([0-9a-fA-F]{32})?", model)):
        raise arguments.refusal(f"model is {arguments.shown(model)}; expected 32 hex digits, or None for any")
    profile = arguments.count(profile, "profile", "a profile's number, 0 (any) to 65,535", 65_535)
    length = 44 + len(extensions) + len(payload)
    return struct.pack("<I4sQBBHI16sHHI", length, b"RANK", request_id, 1, kind, flags, time_us,
                       bytes.fromhex(model or "0" * 32), 0, profile, len(extensions)) + extensions + payload


def with_time(frame: bytes, time_us: int) -> bytes:
    """The frame with another time until its deadline."""
    return frame[:20] + struct.pack("<I", time_us) + frame[24:]


def encode_score(queries: Sequence[Query], **options: Any) -> bytes:
    """The payload of SCORE; see `arguments.score_call`."""
    return arguments.score_call(queries, **options).payload


def read(frame: bytes, kind: int) -> Any:
    """The reply to a request of that kind, whatever it was in detail; an ERROR is raised."""
    value = _parse(frame, kind)
    if isinstance(value, RankError):
        raise value
    return value


def _parse(frame: bytes, kind: int) -> Any:
    try:
        return _Reader(frame).reply(kind)
    except (ValueError, struct.error) as error:
        raise RankError(Status.INTERNAL, f"the worker's reply cannot be read: {error}") from error


def decode(frame: bytes, asked: Asked) -> Any:
    """The reply to a request: a ScoreReply, a bool (HEALTH, CANCEL) or a dict (INFO, STATS). An ERROR is raised, and
    INTERNAL for what the protocol forbids, or what cannot be an answer to this request."""
    value = _parse(frame, asked.kind)
    try:
        if isinstance(value, RankError):
            check_error(value, asked)
        elif asked.kind == SCORE:
            check_scores(value, asked)
    except ValueError as error:
        raise RankError(Status.INTERNAL, f"the worker's reply is no answer to its request: {error}") from error
    if isinstance(value, RankError):
        raise value
    return value


class _Reader:
    """Takes a reply apart; raises ValueError or struct.error where it is not what the protocol says."""
    def __init__(self, frame: bytes) -> None:
        self.frame, self.at = frame, 0

    def take(self, form: str) -> Tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.frame, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def check(self, good: bool, what: str) -> None:
        if not good:
            raise ValueError(what)

    def align(self) -> None:
        self.check(not any(self.take(f"{-self.at % 8}s")[0]), "padding is not zero")

    def reply(self, asked: int) -> Any:
        length, magic, _, version, kind, flags, backlog, model, status, profile, extra = self.take("I4sQBBHI16sHHI")
        self.check((magic, version, length) == (b"RANK", 1, len(self.frame) - 4), "no version 1 frame of its length")
        answers = kind == (ERROR if status else asked | REPLY) and flags < 4 and extra % 8 == 0 and extra <= 4096
        self.check(answers, f"kind {kind}, flags {flags}, status {status} or extension bytes {extra}")
        while self.at < 48 + extra:
            _, bits, size = self.take("HHI")
            self.check(bits == 0 and size <= 48 + extra - self.at, "an extension that must be known or is too long")
            self.take(f"{size}s")
            self.align()
        if kind == ERROR:
            retry, *where, size = self.take("IIII")
            self.check(size <= 1024, "a message that is too long")
            query, candidate = (None if index == NONE32 else index for index in where)
            value: Any = RankError(status, self.take(f"{size}s")[0].decode(), query, candidate, retry / 1e6)
        elif asked == SCORE:
            count, *load = self.take("IIII")
            results = [self.result() for _ in range(min(count, len(self.frame)))]
            self.check(count > 0, "no query")
            value = ScoreReply(results, model.hex(), profile, bool(flags & 1), backlog, *load)
        elif asked == CATALOG:
            value = read_page(self, model.hex(), profile)
        elif asked in (INFO, STATS):
            count, zero = self.take("II")
            pairs = [self.take("{}s{}s".format(*self.take("HH"))) for _ in range(min(count, len(self.frame)))]
            value = {key.decode(): text.decode() for key, text in pairs}
            self.check(len(value) == count and zero == 0, "a key that occurs twice, or a reserved field")
        else:
            value, no = self.take("B")[0] == 1, {HEALTH: 2, CANCEL: 0}[asked]
            self.check(self.frame[self.at - 1] in (1, no), "an unknown value")
        self.align()
        self.check(self.at == len(self.frame), "bytes after the payload")
        return value

    def result(self) -> Result:
        m, n, coverage, bits, reserved = self.take("IIfB3s")
        self.check(bits < 8 and not any(reserved) and (m <= n if bits & 1 else m == n), "wrong bits or entry count")
        scores, positions, (marks,) = self.take(f"{m}f"), self.take(f"{m}I") if bits & 1 else None, self.take(f"{m}s")
        self.check(0 <= coverage <= 1 and all(map(math.isfinite, scores)), "a score or coverage that is no such number")
        self.check(max(positions or (), default=-1) < n and max(marks, default=0) < 4, "a wrong position or entry bits")
        self.align()
        return Result(scores, positions, marks, n, coverage, bool(bits & 2), bool(bits & 4))
