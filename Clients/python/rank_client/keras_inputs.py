"""Which of a model's two inputs is the user's: by whole names of a list, or as said, never by order."""

from typing import List, Optional, Sequence, Tuple

from .model_file import Refused

USER_NAMES = frozenset(
    "user users user_id user_ids userid userids uid user_index user_idx user_input input_user user_name username "
    "customer customer_id customerid viewer viewer_id listener listener_id reader reader_id".split())
ITEM_NAMES = frozenset(
    "item items item_id item_ids itemid itemids iid item_index item_idx item_input input_item item_name "
    "movie movies movie_id movie_ids movieid movie_title movie_input film film_id product product_id productid "
    "book book_id isbn song song_id track track_id anime anime_id recipe recipe_id restaurant restaurant_id".split())


def user_input(names: Sequence[List[str]], said: Optional[str]) -> Tuple[int, str]:
    """(the index of the user's input, the reason). `names[k]` are all names that input k goes by: its own, its key."""
    listed = ", ".join(" or ".join(own) for own in names)
    if said is not None:
        found = [k for k, own in enumerate(names) if said in own]
        if len(found) != 1:
            raise Refused(f"--user-input {said}: the model's inputs are {listed}")
        return found[0], "as --user-input says"
    votes = {}
    for k, own in enumerate(names):
        for name in own:
            lowered = name.lower()
            if lowered in USER_NAMES:
                votes.setdefault(k, f"the input {name} is named so")
            if lowered in ITEM_NAMES:
                votes.setdefault(1 - k, f"the input {name} is named as an item's")
    if len(votes) != 1:
        why = "their names contradict each other" if votes else "no name of the list in Clients/python/README.md tells"
        raise Refused(f"the model's inputs are {listed}, and {why}: which is the user's? Say --user-input NAME")
    ((index, reason),) = votes.items()
    return index, reason
