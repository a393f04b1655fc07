"""The order of a tree's nodes, and that it is a tree: every node and leaf is reached once, none lies outside."""

from typing import Callable, List, Tuple

from ..refusals import Refused


def breadth_first(name: str, nodes: int, leaves: int, root: int,
                  children: Callable[[int], Tuple[int, int]]) -> Tuple[List[int], List[int], List[int], List[int]]:
    """(nodes, leaves, left, right): the old numbers in breadth-first order from the root, and children by new numbers.

    A reference is a node of 0..<nodes, or ~leaf with a leaf of 0..<leaves. What the root does not reach is left out.
    """
    seen_nodes, seen_leaves = bytearray(nodes), bytearray(leaves)
    order: List[int] = []
    ends: List[int] = []

    def number(parent: str, reference: int) -> int:
        kind, own, seen, found = ("leaf", ~reference, seen_leaves, ends) if reference < 0 \
            else ("node", reference, seen_nodes, order)
        if own >= len(seen):
            raise Refused(f"{name}: {parent} leads to {kind} {own}; there are {len(seen)}")
        if seen[own]:
            raise Refused(f"{name}: {parent} leads to {kind} {own}, which another node leads to: a cycle, or two ways")
        seen[own] = 1
        found.append(own)
        return ~(len(ends) - 1) if reference < 0 else len(order) - 1

    number("the root", root)
    left: List[int] = []
    right: List[int] = []
    while len(left) < len(order):
        at = order[len(left)]
        first, second = children(at)
        left.append(number(f"the left child of node {at}", first))
        right.append(number(f"the right child of node {at}", second))
    return order, ends, left, right
