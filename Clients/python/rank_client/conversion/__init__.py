"""Turns models saved by other libraries into model files, each proved by scores that are not our own."""
