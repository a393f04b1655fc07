/// RankProtocol.
