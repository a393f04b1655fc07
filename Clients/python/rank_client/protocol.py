"""The frames of docs/PROTOCOL.md, version 1, as a client sees them: requests are written, replies are read."""
import enum
import itertools
import re
import struct
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple, Union

Id = Union[int, str]
Query = Union[Tuple[Id, Sequence[Id]], Tuple[Id, Sequence[Id], Sequence[float]]]  # user, candidates, features
SCORE, CANCEL, INFO, HEALTH, STATS, REPLY, ERROR, NONE32 = 0x01, 0x02, 0x03, 0x04, 0x05, 0x80, 0xFF, 0xFFFFFFFF
Status = enum.IntEnum("Status", "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
                      "PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED "
                      "INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED", start=0)  # gRPC's integers


class RankError(Exception):
    """A call that failed: status `code` and `name`, `message`, the query and candidate at fault (None if none is), and
    `retry_after`, the worker's advice in seconds (0 = none)."""
    def __init__(self, code: int, message: str, query: Optional[int] = None, candidate: Optional[int] = None,
                 retry_after: float = 0.0) -> None:
        self.code, self.message, self.retry_after, self.query, self.candidate = code, message, retry_after, query, candidate
        self.name = Status(code).name if code in set(Status) else f"STATUS_{code}"
        super().__init__(f"{self.name}: {message}")


class Result(NamedTuple):
    """One query's answer: entry i is candidate `positions[i]`, or candidate i where `positions` is None."""
    scores: Tuple[float, ...]
    positions: Optional[Tuple[int, ...]]
    bits: bytes  # per entry: 1 = scored by the row for unknown ids, 2 = not scored in time, the score is the prior
    candidate_count: int
    coverage: float
    unknown_user: bool
    partial: bool

    def ranked(self, candidates: Sequence[Id]) -> List[Tuple[Id, float]]:
        """(candidate, score) of each entry in the reply's order; `candidates` are those of the query."""
        return [(candidates[p], s) for p, s in zip(self.positions or range(len(self.scores)), self.scores)]


class ScoreReply(NamedTuple):
    """The results of a request's queries, the model id and profile that made them all, and the worker's load."""
    results: List[Result]
    model: str
    profile: int
    draining: bool
    backlog_us: int
    queue_us: int
    compute_us: int
    queue_depth: int


def encode(request_id: int, kind: int, payload: bytes = b"", *, flags: int = 0, time_us: int = NONE32,
           model: Optional[str] = None, profile: int = 0) -> bytes:
    """A request frame with `time_us` until its deadline; only `model` (32 hex digits) and `profile` may answer it."""
    if not re.fullmatch("([0-9a-fA-F]{32})?", model or "") or not 0 <= profile < 65_536:
        raise RankError(Status.INVALID_ARGUMENT, f"model {model!r}, profile {profile}; 32 hex digits and 16 bits")
    return struct.pack("<I4sQBBHI16sHHI", 44 + len(payload), b"RANK", request_id, 1, kind, flags, time_us,
                       bytes.fromhex(model or "0" * 32), 0, profile, 0) + payload


def encode_score(queries: Sequence[Query], *, top_k: int = 0, unknown: str = "fail", bulk: bool = False,
                 features: int = 0) -> bytes:
    """The payload of SCORE. Ids are all int or all str; a query's features are flat, `features` a candidate."""
    index = None
    try:
        text, policy = isinstance(queries[0][0], str), ("fail", "fallback", "omit").index(unknown)
        parts = [struct.pack("<IIBBBxI", len(queries), top_k, policy, bulk, text, features)]
        for index, (user, ids, *rest) in enumerate(queries):
            floats = rest[0] if rest else ()
            if len(floats) != features * len(ids):
                raise ValueError(f"{len(floats)} features instead of {features * len(ids)}")
            if text:
                names = [i.encode() for i in (user, *ids)]  # type: ignore[union-attr]
                ends = list(itertools.accumulate(map(len, names[1:]), initial=0))
                body = struct.pack(f"<II{len(ends)}I", len(names[0]), ends[-1], *ends) + b"".join(names)
            else:
                body = struct.pack(f"<{1 + len(ids)}Q", user, *ids)
            body += bytes(-len(body) % 8) + struct.pack(f"<{len(floats)}f", *floats)
            parts += [struct.pack("<II", len(ids), 8 + len(body) + -len(body) % 8), body, bytes(-len(body) % 8)]
        return b"".join(parts)
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, struct.error) as error:
        hint = "ids are all integers from 0 to 2^64 - 1 or all str; unknown is fail, fallback or omit"
        raise RankError(Status.INVALID_ARGUMENT, f"{error} ({hint})", index) from error


def decode(frame: bytes) -> Any:
    """A reply's meaning: a ScoreReply, True or False (HEALTH, CANCEL), a dict (INFO, STATS); an ERROR is raised."""
    try:
        value = _Reader(frame).reply()
    except (ValueError, struct.error) as error:
        value = RankError(Status.INTERNAL, f"the worker's reply cannot be read: {error}")
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

    def zeros(self, count: int) -> None:
        self.check(not any(self.take(f"{count}s")[0]), "padding is not zero")

    def check(self, good: bool, what: str) -> None:
        if not good:
            raise ValueError(what)

    def reply(self) -> Any:
        length, magic, _, version, kind, flags, backlog, model, status, profile, extra = self.take("I4sQBBHI16sHHI")
        self.check((magic, version, length) == (b"RANK", 1, len(self.frame) - 4), "no version 1 frame of its length")
        self.check(flags < 4 and extra % 8 == 0 and extra <= 4096, "unknown flags or wrong extension bytes")
        self.check((status == 0) == (kind != ERROR), "a status that does not fit the kind")
        while self.at < 48 + extra:
            _, bits, size = self.take("HHI")
            self.check(bits == 0 and size <= 48 + extra - self.at, "an extension that must be known or is too long")
            self.take(f"{size}s")
            self.zeros(-size % 8)
        if kind == SCORE | REPLY:
            count, *load = self.take("IIII")
            results = [self.result() for _ in range(min(count, len(self.frame)))]
            value: Any = ScoreReply(results, model.hex(), profile, bool(flags & 1), backlog, *load)
        elif kind in (CANCEL | REPLY, HEALTH | REPLY):
            value = self.take("B")[0] == 1
            self.check(self.frame[self.at - 1] - (kind == HEALTH | REPLY) in (0, 1), "an unknown value")
        elif kind in (INFO | REPLY, STATS | REPLY):
            (count,) = self.take("I")
            self.zeros(4)
            pairs = [self.take("{}s{}s".format(*self.take("HH"))) for _ in range(min(count, len(self.frame)))]
            value = {key.decode(): text.decode() for key, text in pairs}
            self.check(len(value) == count, "a key that occurs twice")
        else:
            retry, *where, size = self.take("IIII")
            self.check(kind == ERROR and size <= 1024, "an unknown kind or a message that is too long")
            query, candidate = (None if index == NONE32 else index for index in where)
            value = RankError(status, self.take(f"{size}s")[0].decode(errors="replace"), query, candidate, retry / 1e6)
        self.zeros(-self.at % 8)
        self.check(self.at == len(self.frame), "bytes after the payload")
        return value

    def result(self) -> Result:
        m, n, coverage, bits, reserved = self.take("IIfB3s")
        self.check(bits < 8 and not any(reserved) and (m <= n if bits & 1 else m == n), "wrong bits or entry count")
        scores, positions, (marks,) = self.take(f"{m}f"), self.take(f"{m}I") if bits & 1 else None, self.take(f"{m}s")
        self.check(max(positions or (), default=-1) < n and max(marks, default=0) < 4, "a wrong position or entry bits")
        self.zeros(-self.at % 8)
        return Result(scores, positions, marks, n, coverage, bool(bits & 2), bool(bits & 4))
