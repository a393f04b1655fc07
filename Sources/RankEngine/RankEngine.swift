/// RankEngine.
