"""A worker's catalogue: every candidate that its model knows, page by page (CATALOG in docs/reference/protocol.md)."""
import itertools
import struct
import time
from typing import Any, Callable, Iterator, List, NamedTuple, Optional

from . import arguments
from .replies import Asked
from .values import Id, RankError, Status

CATALOG, MOST_RESTARTS = 0x06, 3


class CatalogPage(NamedTuple):
    """A page of the catalogue: its ids, from the id with the number `first` (counted from 0) of `total` on."""

    ids: List[Id]
    first: int
    total: int
    model: str
    profile: int


class Catalog(NamedTuple):
    """Every candidate that a model knows, in the model's order; demand `model` of the calls that score them."""

    ids: List[Id]
    model: str
    profile: int


def encode_catalog(first: int, count: int = 0xFFFFFFFF) -> bytes:
    """The payload of CATALOG: at most `count` ids, after the first `first` ones; a worker may send fewer."""
    first = arguments.count(first, "first", "how many ids to pass over, 0 or more", arguments.MOST64)
    if arguments.count(count, "count", "how many ids at most, 1 or more") == 0:
        raise arguments.refusal("count is 0; expected how many ids at most, 1 or more")
    return struct.pack("<QII", first, count, 0)


def read_page(reader: Any, model: str, profile: int) -> CatalogPage:
    """The payload of a CATALOG reply, taken from a reader of replies; ValueError for what the protocol forbids."""
    total, first, count, kind, reserved, size, end = reader.take("QQIB3sII")
    left = max(total - first, 0)
    reader.check(kind < 2 and not any(reserved) and end == 0 and (kind == 1 or size == 0), "a kind or reserved field")
    reader.check(1 <= count <= left if left else count == 0, f"{count} ids after {first} of {total}")
    if kind == 0:
        reader.check(8 * count <= len(reader.frame), "more ids than bytes")
        ids: List[Id] = list(reader.take(f"{count}Q"))
    else:
        reader.check(4 * count + size <= len(reader.frame), "more ids than bytes")
        ends, text = reader.take(f"{count + 1}I"), reader.take(f"{size}s")[0]
        spans = list(zip(ends, ends[1:]))
        good = ends[0] == 0 and ends[-1] == size and all(0 < b - a <= 65_535 for a, b in spans)
        reader.check(good, "text offsets that do not ascend to the text's end")
        ids = [text[a:b].decode() for a, b in spans]
    return CatalogPage(ids, first, total, model, profile)


class Listing:
    """The part of a client that lists a worker's candidates."""

    deadline: float
    _send: Callable[[Asked, bytes, float], int]
    collect: Callable[[int], Any]

    def catalog(self, *, deadline: Optional[float] = None, model: Optional[str] = None) -> Catalog:
        """Every candidate that the worker's model knows: `ids`, and the `model` to demand of the calls that score them.
        All of it by the deadline; begun anew, some times, where a reload takes the model away meanwhile. UNIMPLEMENTED
        where the worker lists nothing, as plugins."""
        seconds = arguments.seconds(self.deadline if deadline is None else deadline)
        end, ids = time.monotonic() + seconds, []  # type: float, List[Id]

        def left() -> float:
            rest = end - time.monotonic()
            if rest <= 0:
                found = f"{len(ids)} ids of the catalogue within {seconds} s"
                raise RankError(Status.DEADLINE_EXCEEDED, f"{found}, not all of them; allow more time")
            return rest

        for attempt in itertools.count():
            ids = []
            try:
                for page in self._pages(left, model):
                    ids += page.ids
                return Catalog(ids, page.model, page.profile)
            except RankError as error:
                if error.code != Status.FAILED_PRECONDITION or not ids or model or attempt == MOST_RESTARTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def catalog_pages(self, *, deadline: Optional[float] = None, model: Optional[str] = None) -> Iterator[CatalogPage]:
        """The same page by page, all of one model, each by a deadline of its own: for more ids than memory holds.
        FAILED_PRECONDITION where the worker takes over another model between two pages: begin anew."""
        return self._pages(lambda: self.deadline if deadline is None else deadline, model)

    def catalog_page(self, first: int = 0, count: int = 0xFFFFFFFF, *, deadline: Optional[float] = None,
                     model: Optional[str] = None) -> CatalogPage:
        """At most `count` ids after the first `first` ones; a worker sends as many as fit a reply of its size."""
        seconds = arguments.seconds(self.deadline if deadline is None else deadline)
        asked, payload = Asked(CATALOG, model=model), encode_catalog(first, count)
        page = self.collect(self._send(asked, payload, time.monotonic() + seconds))
        if page.first != first or len(page.ids) > count or (model and page.model != model.lower()):
            raise RankError(Status.INTERNAL, "the worker's reply is a page of a catalogue that was not asked for")
        return page

    def _pages(self, left: Callable[[], float], model: Optional[str]) -> Iterator[CatalogPage]:
        first, total = 0, 1
        while first < total:
            page = self.catalog_page(first, deadline=left(), model=model)
            if first > 0 and page.total != total:
                raise RankError(Status.INTERNAL, f"a catalogue of {page.total} ids, {total} were told before")
            model, total = page.model, page.total
            first += len(page.ids)
            yield page
