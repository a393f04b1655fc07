/// RankService.
