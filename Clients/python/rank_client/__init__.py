"""A client for swift-rank workers (docs/reference/protocol.md, version 1)."""

from .catalog import Catalog, CatalogPage
from .client import Client
from .protocol import CANCEL, HEALTH, INFO, STATS
from .values import RankError, Result, ScoreReply, Status

__all__ = ["CANCEL", "HEALTH", "INFO", "STATS", "Catalog", "CatalogPage", "Client", "RankError", "Result", "ScoreReply",
           "Status"]
__version__ = "0.1.0"
