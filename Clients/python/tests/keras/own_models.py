"""Models and layers of one's own, as `--custom` imports them. Tests save them, and convert them with and without this."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="rank")
class RankingModel(keras.Model):
    """The Keras-RS tutorial's model with any dimensions: inputs are a dict."""

    def __init__(self, num_users, num_candidates, embedding_dimension=32, hidden=(256, 64), **options):
        super().__init__(**options)
        self.settings = {"num_users": num_users, "num_candidates": num_candidates,
                         "embedding_dimension": embedding_dimension, "hidden": list(hidden)}
        self.embedding = layers.Embedding(num_users, embedding_dimension)
        self.candidate_embedding = layers.Embedding(num_candidates, embedding_dimension)
        self.ratings = keras.Sequential([layers.Dense(width, activation="relu") for width in hidden] + [layers.Dense(1)])

    def call(self, inputs):
        pair = [self.embedding(inputs["user_id"]), self.candidate_embedding(inputs["movie_id"])]
        return self.ratings(ops.concatenate(pair, axis=1))

    def get_config(self):
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable(package="rank")
class ListModel(keras.Model):
    """Inputs are a list, the item's first; the item's half comes first, too."""

    def __init__(self, **options):
        super().__init__(**options)
        self.a, self.b = layers.Embedding(9, 2), layers.Embedding(7, 3)
        self.top = keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(1)])

    def call(self, inputs):
        item, user = inputs
        return self.top(ops.concatenate([self.a(item), self.b(user)], axis=1))


@keras.saving.register_keras_serializable(package="rank")
class ColumnModel(keras.Model):
    """One input of two columns, users first; dot product and biases."""

    def __init__(self, **options):
        super().__init__(**options)
        self.user, self.user_bias = layers.Embedding(7, 3), layers.Embedding(7, 1)
        self.movie, self.movie_bias = layers.Embedding(9, 3), layers.Embedding(9, 1)

    def call(self, inputs):
        product = ops.sum(self.user(inputs[:, 0]) * self.movie(inputs[:, 1]), axis=1, keepdims=True)
        return ops.sigmoid(product + self.user_bias(inputs[:, 0]) + self.movie_bias(inputs[:, 1]))


@keras.saving.register_keras_serializable(package="rank")
class TextModel(keras.Model):
    """Texts are looked up inside, as in the TFRS tutorial."""

    def __init__(self, users, items, **options):
        super().__init__(**options)
        self.settings = {"users": list(users), "items": list(items)}

        def tower(ids):
            return keras.Sequential([layers.StringLookup(vocabulary=list(ids), mask_token=None),
                                     layers.Embedding(len(ids) + 1, 3)])

        self.query, self.candidate = tower(users), tower(items)
        self.top = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(1)])

    def call(self, inputs):
        return self.top(ops.concatenate([self.query(inputs["user_id"]), self.candidate(inputs["movie_title"])], axis=1))

    def get_config(self):
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable(package="own")
class Stretch(layers.Layer):
    """A last step of one's own."""

    def call(self, x):
        return 1 + 4 * ops.sigmoid(x)
