"""A whole catalogue: against a scripted worker, and against a worker process that serves a CSV of text ids."""

import os
import pathlib
import struct
import subprocess

import pytest
from test_client import LONG, serve  # noqa: F401  (a fixture)

from rank_client import INFO, Client, RankError, Status

TRAIN, WORKER = os.environ.get("RANK_TRAIN"), os.environ.get("RANK_WORKER")
processes = pytest.mark.skipif(not (TRAIN and WORKER), reason="RANK_TRAIN and RANK_WORKER name no built commands")
A, B = "aa" * 16, "bb" * 16


def frame(request_id, kind, payload, model, status=0):
    body = struct.pack("<4sQBBHI16sHHI", b"RANK", request_id, 1, kind, 0, 0, bytes.fromhex(model), status, 1, 0) + payload
    return struct.pack("<I", len(body)) + body


class Listing:
    """A worker that lists `ids`, `size` at a time; before the n-th request it takes over the model `reloads[n]`."""

    def __init__(self, ids, size, reloads=()):
        self.ids, self.size, self.reloads, self.model, self.count = ids, size, dict(reloads), A, 0

    def __call__(self, request):
        self.model = self.reloads.get(self.count, self.model)
        self.count += 1
        request_id, demanded = int(request["request_id"]), request["model"]
        if demanded not in ("00" * 16, self.model):
            text = b"another model"
            payload = struct.pack("<IIII", 0, 0xFFFFFFFF, 0xFFFFFFFF, len(text)) + text
            return [frame(request_id, 0xFF, payload + bytes(-len(payload) % 8), self.model, 9)]
        first = int(request["payload"]["first"])
        page = self.ids[first:first + min(self.size, request["payload"]["count"])]
        payload = struct.pack("<QQIB3xII", len(self.ids), first, len(page), 0, 0, 0) + struct.pack(f"<{len(page)}Q", *page)
        return [frame(request_id, 0x86, payload, self.model)]


@pytest.mark.parametrize("size", [1, 3, 10, 11])
def test_pages_are_put_together(serve, size):  # noqa: F811
    ids = list(range(100, 110))
    client, worker = serve(Listing(ids, size))
    catalog = client.catalog(deadline=LONG)
    assert (catalog.ids, catalog.model, catalog.profile) == (ids, A, 1)
    assert [seen["model"] for seen in worker.seen] == ["00" * 16] + [A] * (len(worker.seen) - 1)
    assert [i for page in client.catalog_pages(deadline=LONG) for i in page.ids] == ids
    assert client.catalog_page(8, 1, deadline=LONG).ids == [108]
    assert client.catalog_page(99, deadline=LONG).ids == []


def test_an_empty_catalogue(serve):  # noqa: F811
    client, _ = serve(Listing([], 5))
    assert client.catalog(deadline=LONG).ids == []


def test_a_reload_begins_the_listing_anew(serve):  # noqa: F811
    client, _ = serve(Listing([1, 2, 3, 4], 2, {1: B}))
    catalog = client.catalog(deadline=LONG)
    assert (catalog.ids, catalog.model) == ([1, 2, 3, 4], B)


def test_the_pages_of_one_model_end_with_it(serve):  # noqa: F811
    client, _ = serve(Listing([1, 2, 3, 4], 2, {1: B}))
    pages = client.catalog_pages(deadline=LONG)
    assert next(pages).ids == [1, 2]
    with pytest.raises(RankError) as error:
        next(pages)
    assert error.value.code == Status.FAILED_PRECONDITION


def test_a_worker_that_reloads_all_the_time(serve):  # noqa: F811
    client, _ = serve(Listing([1, 2], 1, {n: (A, B)[n // 2 % 2 ^ n % 2] for n in range(20)}))
    with pytest.raises(RankError) as error:
        client.catalog(deadline=LONG)
    assert error.value.code == Status.FAILED_PRECONDITION


def test_silence_ends_with_the_deadline(serve):  # noqa: F811
    listing = Listing([1, 2, 3], 1)
    client, _ = serve(lambda request: listing(request) if listing.count < 2 else [])
    with pytest.raises(RankError) as error:
        client.catalog(deadline=0.3)
    assert error.value.code == Status.DEADLINE_EXCEEDED


@processes
@pytest.mark.parametrize("rows, kind", [
    (["ann,x,5", 'ann,"a,b",2', "bob,x,4", "bob,007,1", "eve,\u6620\u753b,3"], "utf8"),
    (["10,7000000000,5", "10,3,2", "20,7000000000,4", "20,18446744073709551615,1", "30,99,3"], "u64"),
])
def test_a_csv_of_any_ids_is_ranked_whole(tmp_path, rows, kind):
    (tmp_path / "r.csv").write_text("user,item,rating\n" + "\n".join(rows) + "\n", encoding="utf-8")
    subprocess.run([TRAIN, "fit", "--data", tmp_path / "r.csv", "--split", "none", "--preset", "map-fm", "--quiet",
                    "--output", tmp_path / "m.safetensors"], check=True, timeout=120)
    from test_live import Worker

    worker = Worker(pathlib.Path(tmp_path / "m.safetensors"))
    try:
        with Client(worker.endpoints["ipc"], deadline=LONG) as client:
            info = client.ask(INFO)
            assert (info["id_kind"], info["catalog"]) == (kind, "listed")
            catalog = client.catalog()
            wanted = {"x", "a,b", "007", "\u6620\u753b"} if kind == "utf8" else {7000000000, 3, 2**64 - 1, 99}
            assert set(catalog.ids) == wanted and len(catalog.ids) == len(wanted) and catalog.model == info["model_id"]
            user, rated = ("ann", {"x", "a,b"}) if kind == "utf8" else (10, {7000000000, 3})
            rest = [i for i in catalog.ids if i not in rated]
            result = client.score(user, rest, top_k=3, model=catalog.model)
            assert {i for i, _ in result.ranked(rest)} == wanted - rated
    finally:
        assert worker.stop() == 0
