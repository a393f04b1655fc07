"""A client for swift-rank workers (docs/PROTOCOL.md, version 1)."""

from .client import Client
from .protocol import CANCEL, HEALTH, INFO, STATS
from .values import RankError, Result, ScoreReply, Status

__all__ = ["CANCEL", "HEALTH", "INFO", "STATS", "Client", "RankError", "Result", "ScoreReply", "Status"]
__version__ = "0.1.0"
