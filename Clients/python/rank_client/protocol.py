"""The frames of docs/PROTOCOL.md, version 1, as a client sees them: requests are written, replies are read."""
import itertools
import math
import re
import struct
from typing import Any, List, Optional, Sequence, Tuple

from .values import Query, RankError, Result, ScoreReply, Status

SCORE, CANCEL, INFO, HEALTH, STATS, REPLY, ERROR, NONE32 = 0x01, 0x02, 0x03, 0x04, 0x05, 0x80, 0xFF, 0xFFFFFFFF


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
            floats = struct.pack(f"<{features * len(ids)}f", *(rest[0] if rest else ()))
            if text:
                names = [i.encode() for i in (user, *ids)]  # type: ignore[union-attr]
                ends = list(itertools.accumulate(map(len, names[1:]), initial=0))
                body = struct.pack(f"<II{len(ends)}I", len(names[0]), ends[-1], *ends) + b"".join(names)
            else:
                body = struct.pack(f"<{1 + len(ids)}Q", user, *ids)
            body += bytes(-len(body) % 8) + floats + bytes(-len(floats) % 8)
            parts += [struct.pack("<II", len(ids), 8 + len(body)), body]
        return b"".join(parts)
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, struct.error) as error:
        hint = "expected ids all int, 0 to 2^64 - 1, or all str; unknown as fail, fallback or omit"
        raise RankError(Status.INVALID_ARGUMENT, f"{error}; {hint}", index) from error


def decode(frame: bytes, asked: int, counts: Optional[List[int]] = None) -> Any:
    """The reply to a request of kind `asked` (SCORE: of queries with `counts` candidates): a ScoreReply, a bool
    (HEALTH, CANCEL) or a dict (INFO, STATS). An ERROR is raised, and INTERNAL for what the protocol forbids."""
    try:
        return _Reader(frame).reply(asked, counts)
    except (ValueError, struct.error) as error:
        raise RankError(Status.INTERNAL, f"the worker's reply cannot be read: {error}") from error


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

    def reply(self, asked: int, counts: Optional[List[int]]) -> Any:
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
            self.check(count > 0 and counts in (None, [r.candidate_count for r in results]), "not the queries' results")
            value = ScoreReply(results, model.hex(), profile, bool(flags & 1), backlog, *load)
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
        if kind == ERROR:
            raise value
        return value

    def result(self) -> Result:
        m, n, coverage, bits, reserved = self.take("IIfB3s")
        self.check(bits < 8 and not any(reserved) and (m <= n if bits & 1 else m == n), "wrong bits or entry count")
        scores, positions, (marks,) = self.take(f"{m}f"), self.take(f"{m}I") if bits & 1 else None, self.take(f"{m}s")
        self.check(0 <= coverage <= 1 and all(map(math.isfinite, scores)), "a score or coverage that is no such number")
        self.check(max(positions or (), default=-1) < n and max(marks, default=0) < 4, "a wrong position or entry bits")
        self.align()
        return Result(scores, positions, marks, n, coverage, bool(bits & 2), bool(bits & 4))
