"""Whether a reply is an answer to its request: what docs/reference/protocol.md demands in "What a reply satisfies"."""
import operator
import struct
from typing import Any, List, NamedTuple, Optional

from .values import RankError, Result, ScoreReply

UNKNOWN, NOT_SCORED = 1, 2
EXACT = 1 << 22  # up to so many candidates the share that was scored tells their number


class Asked(NamedTuple):
    """A request as far as its reply is held against it; SCORE has all of it."""

    kind: int
    counts: Optional[List[int]] = None
    ids: Optional[List[list]] = None
    top_k: int = 0
    unknown: str = "fail"
    allow_partial: bool = False
    model: Optional[str] = None
    profile: int = 0


def demand(good: bool, what: str) -> None:
    if not good:
        raise ValueError(what)


def check_error(error: RankError, asked: Asked) -> None:
    """An ERROR's indexes lie within the request."""
    counts = asked.counts or []
    demand(error.query is None or error.query < len(counts), f"an ERROR about query {error.query}, which was not asked")
    most = max(counts, default=0) if error.query is None else counts[error.query]
    demand(error.candidate is None or error.candidate < most,
           f"an ERROR about candidate {error.candidate}, which was not asked")


def check_scores(reply: ScoreReply, asked: Asked) -> None:
    """Raises ValueError with what a SCORE reply has that its request rules out.

    Complexity: O(entries), and a comparison of ids where neighbours have equal scores."""
    demand(asked.counts is None or len(reply.results) == len(asked.counts),
           f"{len(reply.results)} queries were answered, not {len(asked.counts or [])}")
    demand(any(bytes.fromhex(reply.model)), "scores of no model")
    demand(reply.profile != 0, "scores under no profile")
    demand(not asked.model or asked.model.lower() == reply.model, f"model {reply.model}, {asked.model} was demanded")
    demand(asked.profile in (0, reply.profile), f"profile {reply.profile} where {asked.profile} was demanded")
    priors = set()
    for index, result in enumerate(reply.results):
        try:
            _check(result, result.candidate_count if asked.counts is None else asked.counts[index],
                   asked.ids[index] if asked.ids else None, asked)
        except ValueError as error:
            raise ValueError(f"query {index}: {error}") from None
        if NOT_SCORED in result.bits:
            priors.update(score for score, bits in zip(result.scores, result.bits) if bits & NOT_SCORED)
    demand(len(priors) < 2, "several priors")


def _check(result: Result, n: int, ids: Optional[list], asked: Asked) -> None:
    m, bits, positions, omit = len(result.scores), result.bits, result.positions, asked.unknown == "omit"
    limit, unscored = asked.top_k or n, bits.count(NOT_SCORED)
    demand(result.candidate_count == n, f"{result.candidate_count} candidates, {n} were asked")
    demand((positions is not None) == (asked.top_k > 0 or omit), "INDEXED where it must not be, or not where it must")
    demand(UNKNOWN | NOT_SCORED not in bits, "an entry that is UNKNOWN and NOT_SCORED")
    demand(asked.unknown == "fallback" or UNKNOWN not in bits, f"an UNKNOWN entry under {asked.unknown}")
    demand(asked.unknown != "fail" or not result.unknown_user, "UNKNOWN_USER under fail")
    demand(asked.allow_partial or not result.partial, "PARTIAL, which was not allowed")
    demand(result.partial or not unscored, "a NOT_SCORED entry without PARTIAL")
    if omit and result.unknown_user:
        demand(m == 0 and not result.partial, "entries or PARTIAL for a user that is omitted")
        demand(result.coverage == (0 if n else 1), "a coverage other than 0 for a user that is omitted")
        return
    total = round(result.coverage * n)  # the candidates that were scored and not omitted
    demand(n > 0 or result.coverage == 1, "a coverage other than 1 of no candidates")
    if n <= EXACT:
        exact = struct.unpack("<f", struct.pack("<f", total / max(n, 1)))[0] if n else 1.0
        demand(result.coverage == exact, f"a coverage of {result.coverage}, which is no share of {n}")
        demand(omit or (total < n) == result.partial, f"{total} of {n} scored, PARTIAL {result.partial}")
        demand(total < n or not result.partial, "PARTIAL, and all scored")
        demand(m - unscored == min(limit, total), f"{m - unscored} scored entries, expected {min(limit, total)}")
    demand(m <= min(limit, n) if omit else m == min(limit, n), f"{m} entries, expected {min(limit, n)}")
    demand(m == min(limit, total) or not omit or result.partial or n > EXACT, "entries are missing")
    if positions is not None:
        _check_order(result, m - unscored, ids, asked)


def _check_order(result: Result, scored: int, ids: Optional[list], asked: Asked) -> None:
    scores, positions, bits = result.scores, result.positions or (), result.bits
    demand(len(set(positions)) == len(positions), "a position that occurs twice")
    if not asked.top_k:
        demand(_is(operator.lt, positions), "entries that are not in the order of the request")
        return
    demand(NOT_SCORED not in bits[:scored], "a NOT_SCORED entry before one that was scored")
    demand(_is(operator.lt, positions[scored:]), "NOT_SCORED entries that are not in the order of the request")
    demand(_is(operator.ge, scores[:scored]), "a score above the one before it")
    if ids is None or len(set(scores[:scored])) == scored:
        return
    for place in range(scored - 1):
        if scores[place] == scores[place + 1]:
            keys = [_key(ids[position], position) for position in positions[place:place + 2]]
            demand(keys[0] < keys[1], f"equal scores at {place} and {place + 1} that are not in the order of their ids")


def _is(relation: Any, values: Any) -> bool:
    return all(map(relation, values, values[1:]))


def _key(id_: Any, position: int) -> Any:
    return (id_.encode() if isinstance(id_, str) else id_), position
