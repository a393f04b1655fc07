/// RankPool.
