"""Invented ratings with features of MovieLens' kind: 26 of the user, 26 of the item, 11 of both; all from one seed."""
import numpy as np

USER, ITEM, BOTH = 26, 26, 11
FEATURES = USER + ITEM + BOTH
USERS, ITEMS, RATINGS_OF_A_USER = 943, 1682, 60
MISSING = 0.01
GENRES = 19


class World:
    """Users and items, and how they come to rate."""

    def __init__(self, seed: int = 42):
        random = np.random.default_rng(seed)
        self.taste, self.genres = random.standard_normal((USERS, GENRES)), random.random((ITEMS, GENRES)) < 0.12
        occupations = np.eye(USER - 5)[random.integers(0, USER - 5, USERS)]
        self.bias, self.quality = random.standard_normal(USERS) * 0.4, random.standard_normal(ITEMS) * 0.6
        self.users = np.column_stack([
            random.integers(14, 74, USERS), random.random(USERS) < 0.7, occupations,
            np.round(np.exp(random.normal(4, 1, USERS))), 3.5 + self.bias + random.normal(0, 0.1, USERS),
            np.abs(random.normal(1, 0.2, USERS))])
        self.items = np.column_stack([
            random.integers(1922, 1999, ITEMS), self.genres, np.round(np.exp(random.normal(3, 1.5, ITEMS))),
            3.5 + self.quality + random.normal(0, 0.2, ITEMS), np.abs(random.normal(1, 0.3, ITEMS)),
            random.random((ITEMS, 3))])

    def rows(self, user, items, random):
        """[candidates, FEATURES] of one user, a percent of the item's and the common features missing."""
        shared = self.genres[items] * self.taste[user]
        count = np.maximum(self.genres[items].sum(1), 1)
        noise = random.standard_normal((len(items), 5)) * 0.3
        both = np.column_stack([
            shared.sum(1) + noise[:, 0], shared.sum(1) / count, shared.max(1), shared.min(1),
            self.users[user, -2] - self.items[items, -5], self.items[items, 0] - 1925 - self.users[user, 0],
            self.quality[items] + noise[:, 1], self.bias[user] + self.quality[items] + noise[:, 2],
            np.round(np.exp(noise[:, 3] * 5)), count, shared.sum(1) * self.quality[items] + noise[:, 4]])
        rows = np.empty((len(items), FEATURES), np.float32)
        rows[:, :USER], rows[:, USER:USER + ITEM], rows[:, USER + ITEM:] = self.users[user], self.items[items], both
        rows[:, USER:][random.random((len(items), ITEM + BOTH)) < MISSING] = np.nan
        rows[:, :USER][:, random.random(USER) < MISSING] = np.nan
        return rows

    def ratings(self, seed: int = 1):
        """(rows, grades from 0 to 4, sizes of groups): what models are trained on."""
        random = np.random.default_rng(seed)
        rows, grades = [], []
        for user in range(USERS):
            items = random.choice(ITEMS, RATINGS_OF_A_USER, replace=False)
            rows.append(self.rows(user, items, random))
            score = 0.5 * (self.genres[items] * self.taste[user]).sum(1) + self.quality[items] + self.bias[user]
            age = (self.items[items, 0] > 1970) * (self.users[user, 0] < 40) * 0.4
            grades.append(np.clip(np.round(2 + score + age + random.normal(0, 0.8, len(items))), 0, 4))
        return np.concatenate(rows), np.concatenate(grades), [RATINGS_OF_A_USER] * USERS

    def lists(self, candidates: int, count: int, seed: int, is_mixed: bool = False):
        """`count` lists of `candidates` rows one after the other; a list is of one user, or each row of its own."""
        random = np.random.default_rng(seed)
        lists = []
        for _ in range(count):
            users = random.integers(0, USERS, candidates if is_mixed else 1)
            items = random.integers(0, ITEMS, candidates)
            if is_mixed:
                lists += [self.rows(user, item, random) for user, item in zip(users, items[:, None], strict=True)]
            else:
                lists.append(self.rows(users[0], items, random))
        return np.concatenate(lists)
