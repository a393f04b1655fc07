/// RankTraining.
