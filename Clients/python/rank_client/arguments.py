"""What a caller asks for, checked before anything is sent: each mistake is an INVALID_ARGUMENT that names it."""
import collections.abc
import itertools
import math
import operator
import struct
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from .values import Query, RankError, Status

POLICIES = ("fail", "fallback", "omit")
MOST32, MOST64, LONGEST_ID = 2**32 - 1, 2**64 - 1, 65_535
QUERY_FEATURES, MOST_QUERY_FEATURES = 3, 1_020  # the extension's type, and the floats it has room for


class ScoreCall(NamedTuple):
    """A SCORE request: its payload and its extensions, and what the reply is held against."""

    payload: bytes
    extensions: bytes
    counts: List[int]  # candidates of each query
    ids: Optional[List[list]]  # the candidates of each query, where the order of the reply depends on them
    top_k: int
    unknown: str


def refusal(message: str, query: Optional[int] = None, candidate: Optional[int] = None) -> RankError:
    return RankError(Status.INVALID_ARGUMENT, message, query, candidate)


def shown(value: Any) -> str:
    """A value as messages show it: the start of it, and its type."""
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def whole(value: Any) -> Optional[int]:
    """An integer of any type, such as NumPy's; None for what is none, bools among them."""
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def count(value: Any, name: str, hint: str, most: int = MOST32) -> int:
    """An option that counts something."""
    number = whole(value)
    if number is None or not 0 <= number <= most:
        raise refusal(f"{name} is {shown(value)}; expected {hint}")
    return number


def flag(value: Any, name: str) -> bool:
    if value is not True and value is not False and type(value).__name__ not in ("bool_", "bool"):
        raise refusal(f"{name} is {shown(value)}; expected True or False")
    return bool(value)


def seconds(value: Any) -> float:
    """A deadline."""
    try:
        number = math.nan if isinstance(value, (bool, str, bytes)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 < number < 3600:
        raise refusal(f"a deadline of {shown(value)} s; expected a number over 0 and under 3,600")
    return number


def _listed(value: Any, what: str, query: int) -> list:
    """The elements of what has an order and a length: a list, a tuple, a range, an array of one dimension."""
    is_list = hasattr(value, "__len__") and hasattr(value, "__getitem__") and getattr(value, "ndim", 1) == 1
    if not is_list or isinstance(value, (str, bytes, bytearray, collections.abc.Mapping, collections.abc.Set)):
        raise refusal(f"{what} are {shown(value)}; expected a list, tuple, range or array of one dimension", query)
    return value.tolist() if hasattr(value, "tolist") else list(value)


def _checked(ids: list, text: bool, query: int) -> list:
    """The user and the candidates of a query, of the request's kind of ids; a range is checked where it is packed."""
    if set(map(type, ids)) <= ({str} if text else {int}):
        return ids
    wanted = "texts (str)" if text else "numbers (int)"
    for place, value in enumerate(ids):
        ids[place] = value if text and isinstance(value, str) else None if text else whole(value)
        if ids[place] is None:
            raise refusal(f"{_title(place)} is {shown(value)}; expected ids that are all {wanted}, as the "
                          "request's first user is", query, place - 1 if place else None)
    return ids


def _title(place: int) -> str:
    return f"candidate {place - 1}" if place else "the user"


def _numbers(ids: list, query: int) -> bytes:
    try:
        return struct.pack(f"<{len(ids)}Q", *ids)
    except struct.error:
        place = next(k for k, number in enumerate(ids) if not 0 <= number <= MOST64)
        raise refusal(f"{_title(place)} is {shown(ids[place])}; ids are 0 to 2^64 - 1", query,
                      place - 1 if place else None) from None


def _texts(ids: list, query: int) -> bytes:
    names = []
    for place, text in enumerate(ids):
        try:
            names.append(text.encode())
        except UnicodeEncodeError as error:
            names.append(b"")
            reason = f"is no text that UTF-8 can carry: {error.reason}"
        else:
            reason = f"has {len(names[-1]):,} bytes of UTF-8; expected 1 to {LONGEST_ID:,}"
        if not 1 <= len(names[-1]) <= LONGEST_ID:
            raise refusal(f"{_title(place)} {reason}", query, place - 1 if place else None)
    ends = list(itertools.accumulate(map(len, names[1:]), initial=0))
    if ends[-1] > MOST32:
        raise refusal("the candidates' ids have 4 GiB of text or more; split the list", query)
    return struct.pack(f"<II{len(ends)}I", len(names[0]), ends[-1], *ends) + b"".join(names)


def _features(rest: Sequence[Any], width: int, candidates: int, query: int) -> bytes:
    floats = _listed(rest[0], "the features", query) if rest and rest[0] is not None else []
    if floats and not width:
        raise refusal(f"{len(floats)} features were given, and not how many each candidate has: pass features=COUNT",
                      query)
    if len(floats) != width * candidates:
        raise refusal(f"{len(floats)} features for {candidates} candidates; expected {width} for each, "
                      f"{width * candidates} in all, row by row", query)
    packed, wrong = _packed(floats)
    if wrong is not None:
        raise refusal(f"feature {wrong % width} of candidate {wrong // width} is {shown(floats[wrong])}; expected a "
                      "number within float32, or nan where the model takes missing features", query, wrong // width)
    return packed


def _packed(floats: list) -> Tuple[bytes, Optional[int]]:
    """The floats as float32, or the place of the first that is none."""
    try:
        numbers = floats
        if not set(map(type, floats)) <= {float, int}:
            for value in floats:
                if isinstance(value, (str, bytes, bool)) or not hasattr(value, "__float__"):
                    raise TypeError(value)
            numbers = [float(value) for value in floats]
        packed = struct.pack(f"<{len(numbers)}f", *numbers)
        if not any(map(math.isinf, numbers)):
            return packed, None
    except (TypeError, OverflowError, struct.error):
        pass
    return b"", next(k for k, value in enumerate(floats) if not _fits(value))


def _query_features(rows: Optional[Sequence[Sequence[float]]], queries: int) -> bytes:
    """The extension with features that are given once for each query; empty without."""
    if rows is None:
        return b""
    if isinstance(rows, (str, bytes)) or not hasattr(rows, "__len__") or len(rows) != queries:
        raise refusal(f"query_features is {shown(rows)}; expected a list of features for each of {queries} queries")
    lists = [_listed(row, "the features of the query", index) for index, row in enumerate(rows)]
    width = len(lists[0])
    data = struct.pack("<II", width, 0)
    for index, row in enumerate(lists):
        if not 0 < len(row) == width or width * queries > MOST_QUERY_FEATURES:
            raise refusal(f"{len(row)} features of the query; expected 1 or more, as many for each query, and at most "
                          f"{MOST_QUERY_FEATURES:,} in all", index)
        packed, wrong = _packed(row)
        if wrong is not None:
            raise refusal(f"feature {wrong} of the query is {shown(row[wrong])}; expected a number within float32, or "
                          "nan where the model takes missing features", index)
        data += packed
    return struct.pack("<HHI", QUERY_FEATURES, 1, len(data)) + data + bytes(-len(data) % 8)


def _fits(value: Any) -> bool:
    try:
        if isinstance(value, (str, bytes, bool)):
            return False
        return math.isnan(value) or math.isfinite(struct.unpack("<f", struct.pack("<f", value))[0])
    except (TypeError, OverflowError, struct.error):
        return False


def score_call(queries: Sequence[Query], *, top_k: int = 0, unknown: str = "fail", bulk: bool = False,
               features: int = 0, query_features: Optional[Sequence[Sequence[float]]] = None) -> ScoreCall:
    """A SCORE request. Ids are all int or all str; a query's features are flat, `features` for each candidate.

    `query_features`: for each query the features that are given once for all of its candidates, which the worker names
    (`query_columns` in INFO); `features` then counts the other ones."""
    most = count(top_k, "top_k", "how many entries are wanted, 0 (every score, in the order given) to 2^32 - 1")
    width = count(features, "features", "how many features each candidate has, 0 to 2^32 - 1")
    if not isinstance(unknown, str) or unknown not in POLICIES:
        raise refusal(f"unknown is {shown(unknown)}; expected 'fail', 'fallback' or 'omit'")
    if isinstance(queries, (str, bytes)) or not isinstance(queries, collections.abc.Sequence) or not queries:
        raise refusal(f"the queries are {shown(queries)}; expected a list of (user, candidates) or (user, candidates, "
                      "features), at least one")
    text, counts, lists, parts = None, [], [], []
    for index, query in enumerate(queries):
        if not isinstance(query, (tuple, list)) or not 2 <= len(query) <= 3:
            raise refusal(f"query {index} is {shown(query)}; expected (user, candidates) or (user, candidates, "
                          "features)", index)
        user, candidates, *rest = query
        text = isinstance(user, str) if text is None else text
        ids = _checked([user, *_listed(candidates, "the candidates", index)], text, index)
        body = (_texts if text else _numbers)(ids, index)
        floats = _features(rest, width, len(ids) - 1, index)
        body += bytes(-len(body) % 8) + floats + bytes(-len(floats) % 8)
        if len(body) + 8 > MOST32:
            raise refusal(f"query {index} has 4 GiB or more; split the list", index)
        counts.append(len(ids) - 1)
        lists.append(ids[1:] if most else [])
        parts += [struct.pack("<II", counts[-1], 8 + len(body)), body]
    head = struct.pack("<IIBBBxI", len(counts), most, POLICIES.index(unknown), flag(bulk, "bulk"), bool(text), width)
    payload = b"".join([head, *parts])
    if len(payload) >= 2**32 - 44 - 4_096:
        raise refusal("the request has 4 GiB or more; split it")
    extensions = _query_features(query_features, len(counts))
    return ScoreCall(payload, extensions, counts, lists if most else None, most, unknown)
