"""A client for swift-rank workers (docs/PROTOCOL.md, version 1)."""

from .client import Client
from .protocol import RankError, Result, ScoreReply, Status

__all__ = ["Client", "RankError", "Result", "ScoreReply", "Status"]
__version__ = "0.1.0"
