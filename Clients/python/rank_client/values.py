"""What the client hands out: results, and the one error. No I/O, no bytes."""

import enum
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

Id = Union[int, str]
Query = Union[Tuple[Id, Sequence[Id]], Tuple[Id, Sequence[Id], Sequence[float]]]  # user, candidates, features

# gRPC's integers; docs/reference/protocol.md says when a worker sends which and what the caller does then.
Status = enum.IntEnum("Status", "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
                      "PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED "
                      "INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED", start=0)


class RankError(Exception):
    """A call that failed: status `code` and `name`, `message`, the indexes of the query and candidate at fault (None
    if none is), and `retry_after`, the worker's advice in seconds (0 = none)."""

    def __init__(self, code: int, message: str, query: Optional[int] = None, candidate: Optional[int] = None,
                 retry_after: float = 0.0) -> None:
        self.name = Status(code).name if code in set(Status) else f"STATUS_{code}"
        super().__init__(f"{self.name}: {message}")
        self.code, self.message, self.retry_after = code, message, retry_after
        self.query, self.candidate = query, candidate


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
        positions = range(len(self.scores)) if self.positions is None else self.positions
        return [(candidates[position], score) for position, score in zip(positions, self.scores)]


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
