/// RankData.
