"""Each mistake of a caller is its own INVALID_ARGUMENT, before anything is sent, and leaves other calls alone."""

import array
import re
import re
import struct

import numpy as np
import pytest
from test_client import LONG, fails, scores, serve  # noqa: F401  (serve is a fixture)

from rank_client import INFO, RankError, Status, arguments, protocol

BIG = 2**64 - 1
MISTAKES = {
    "a set": (({1, 2},), {}, "(set)"), "a frozenset": ((frozenset([1]),), {}, "(frozenset)"),
    "a dict": (({1: 2},), {}, "(dict)"), "the keys of a dict": (({1: 2}.keys(),), {}, "dict_keys"),
    "a generator": (((i for i in [1]),), {}, "generator"), "an iterator": ((iter([1]),), {}, "list_iterator"),
    "a text as a list": (("12",), {}, "'12' (str)"), "bytes": ((b"12",), {}, "bytes"), "None": ((None,), {}, "None"),
    "a number as a list": ((7,), {}, "7 (int)"), "an array of two dimensions": ((np.ones((2, 2), int),), {}, "ndarray"),
    "a bool as an id": (([1, True],), {}, "candidate 1 is True (bool)"),
    "a bool of numpy": ((np.array([True]),), {}, "candidate 0 is True"),
    "a float as an id": (([1.0],), {}, "candidate 0 is 1.0 (float)"),
    "floats of numpy": ((np.array([1.5]),), {}, "candidate 0 is 1.5"), "nan as an id": (([float("nan")],), {}, "nan"),
    "mixed ids": (([1, "b"],), {}, "candidate 1 is 'b' (str)"), "None as an id": (([None],), {}, "candidate 0 is None"),
    "a negative id": (([3, -1],), {}, "candidate 1 is -1"),
    "an id of 65 bits": (([2**64],), {}, "ids are 0 to 2^64 - 1"),
    "a negative id of numpy": ((np.array([-5]),), {}, "candidate 0 is -5"),
    "features without a count": (([1, 2], [0.5, 1.5]), {}, "pass features=COUNT"),
    "a count without features": (([1, 2],), {"features": 2}, "0 features for 2 candidates; expected 2 for each, 4"),
    "a feature too many": (([1, 2], [1.0] * 5), {"features": 2}, "5 features for 2 candidates"),
    "rows of features": (([1, 2], [[1.0], [2.0]]), {"features": 1}, "feature 0 of candidate 0 is [1.0] (list)"),
    "an infinite feature": (([1, 2], [1.0, float("inf")]), {"features": 1}, "feature 0 of candidate 1 is inf"),
    "a feature over float32": (([1], [1.0, 1e39]), {"features": 2}, "feature 1 of candidate 0 is 1e+39"),
    "a feature of 400 digits": (([1], [10**400]), {"features": 1}, "feature 0 of candidate 0 is 1000"),
    "a text as a feature": (([1], ["1"]), {"features": 1}, "'1' (str)"),
    "None as a feature": (([1], [None]), {"features": 1}, "None"),
    "a set of features": (([1], {1.0}), {"features": 1}, "the features are {1.0} (set)"),
    "a negative count": (([1],), {"features": -1}, "features is -1"),
    "top_k below 0": (([1],), {"top_k": -1}, "top_k is -1"), "top_k of 2.0": (([1],), {"top_k": 2.0}, "2.0 (float)"),
    "top_k True": (([1],), {"top_k": True}, "True (bool)"), "top_k as a text": (([1],), {"top_k": "3"}, "'3' (str)"),
    "top_k None": (([1],), {"top_k": None}, "top_k is None"), "top_k of 33 bits": (([1],), {"top_k": 2**32}, "top_k"),
    "another policy": (([1],), {"unknown": "ignore"}, "'fail', 'fallback' or 'omit'"),
    "a policy as a number": (([1],), {"unknown": 0}, "unknown is 0 (int)"),
    "a policy in a list": (([1],), {"unknown": ["fail"]}, "['fail'] (list)"),
    "policies in an array": (([1],), {"unknown": np.array(["fail", "omit"])}, "(ndarray)"),
    "bulk as a text": (([1],), {"bulk": "no"}, "bulk is 'no'"),
    "allow_partial as a number": (([1],), {"allow_partial": 2}, "allow_partial is 2"),
    "a model of 31 digits": (([1],), {"model": "a" * 31}, "32 hex digits"),
    "a model as bytes": (([1],), {"model": b"a" * 32}, "32 hex digits"),
    "a profile as a text": (([1],), {"profile": "fp32-fma"}, "profile is 'fp32-fma'"),
    "a deadline as a text": (([1],), {"deadline": "1 s"}, "a deadline of '1 s'"),
    "a deadline of a day": (([1],), {"deadline": 86_400}, "under 3,600"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_and_disturbs_nothing(serve, name):  # noqa: F811
    (arguments_, options, said) = MISTAKES[name]
    client, worker = serve(lambda f: [scores(f)])
    outstanding = client.submit([(5, [1])])
    assert said in fails(Status.INVALID_ARGUMENT, client.score, 1, *arguments_, **options).message
    assert client.collect(outstanding).results[0].scores == (6.0,)
    assert client.score(1, [2]).scores == (3.0,) and len(worker.seen) == 2


@pytest.mark.parametrize("user", [True, 1.5, None, -1, 2**64, [1], b"a", "", "x" * 65_536, "\ud800"])
def test_a_user_that_is_none(user):
    with pytest.raises(RankError) as error:
        protocol.encode_score([(user, ["a"] if isinstance(user, str) else [1])])
    assert (error.value.code, error.value.query, error.value.candidate) == (Status.INVALID_ARGUMENT, 0, None)


def test_the_place_of_a_mistake():
    with pytest.raises(RankError) as error:
        protocol.encode_score([(1, [2]), (1, [2, 3, "x"])])
    assert (error.value.query, error.value.candidate) == (1, 2)
    with pytest.raises(RankError) as error:
        protocol.encode_score([("a", ["b", ""])])
    assert (error.value.query, error.value.candidate) == (0, 1) and "0 bytes" in error.value.message


@pytest.mark.parametrize("queries", [None, 5, "ab", {}, {1: [2]}, [], (1, [2]), [(1, [2], [], [])], [(1,)], iter([])])
def test_queries_that_are_none(queries):
    with pytest.raises(RankError) as error:
        protocol.encode_score(queries)
    assert error.value.code == Status.INVALID_ARGUMENT


@pytest.mark.parametrize("ids", [
    (2, BIG), range(2, 5), np.array([2, 7]), np.array([2, BIG], np.uint64), [np.int8(3), np.uint64(BIG)],
    array.array("Q", [2, BIG]), memoryview(array.array("Q", [4, 5])), [],
])
def test_lists_of_any_kind_are_taken(ids):
    expected = protocol.encode_score([(1, [int(i) for i in ids])])
    assert protocol.encode_score([(1, ids)]) == protocol.encode_score([[np.int64(1), ids]]) == expected
    assert protocol.encode_score([(1, ids)], top_k=np.int32(3)) == protocol.encode_score([(1, ids)], top_k=3)


def test_features_of_any_kind_are_taken():
    expected = protocol.encode_score([(1, [2, 3], [0.5, 2.0])], features=1)
    for floats in ((0.5, 2), np.array([0.5, 2], np.float32), [np.float64(0.5), np.int8(2)], array.array("f", [0.5, 2])):
        assert protocol.encode_score([(1, [2, 3], floats)], features=np.int64(1)) == expected
    payload = protocol.encode_score([(1, [2, 3], [float("nan"), np.float32("nan")])], features=1)
    assert all(f != f for f in struct.unpack("<2f", payload[-8:]))


def test_features_of_the_query_are_an_extension():
    expected = arguments.score_call([(1, [2])], query_features=[[0.5, 2.0]])
    assert expected.extensions == struct.pack("<HHIIIff", 3, 1, 16, 2, 0, 0.5, 2.0)
    assert arguments.score_call([(1, [2])], query_features=[np.array([0.5, 2], np.float32)]) == expected
    assert arguments.score_call([(1, [2])]).extensions == b""


@pytest.mark.parametrize("rows, why", [
    ([], "expected a list of features for each of 2 queries"),
    ("ab", "expected a list of features for each of 2 queries"),
    ([[1.0], [1.0, 2.0]], "2 features of the query; expected 1 or more, as many for each query"),
    ([[], []], "0 features of the query"), ([[0.0] * 511] * 2, "at most 1,020 in all"),
    ([[1.0], [float("inf")]], "feature 0 of the query is inf"), ([[1.0], ["x"]], "feature 0 of the query is 'x'"),
    ([[1.0], 2], "the features of the query are 2"),
])
def test_features_of_the_query_that_do_not_fit_are_refused(rows, why):
    with pytest.raises(RankError, match=re.escape(why)):
        arguments.score_call([(1, [2]), (3, [4])], query_features=rows)


def test_a_caller_may_change_the_list_afterwards():
    ids = [2, 1]
    call = arguments.score_call([(1, ids)], top_k=2)
    ids[:] = [9, 9]
    assert call.ids == [[2, 1]]


def test_the_kind_of_a_question(serve):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    for kind, payload in [(1, b""), (6, b""), ("INFO", b""), (None, b""), (True, b""), (INFO, b"x"), (2, b""), (2, 7)]:
        fails(Status.INVALID_ARGUMENT, client.ask, kind, payload)
    for request in (99, "1", None, [1], -1):
        assert "not outstanding" in fails(Status.INVALID_ARGUMENT, client.collect, request).message
    assert client.score(1, [2], deadline=np.float64(LONG)).scores == (3.0,)
