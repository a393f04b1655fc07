"""Keras models of a user and an item: read node by node, proved by scores of pairs."""
