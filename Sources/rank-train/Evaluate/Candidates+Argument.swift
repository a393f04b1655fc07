public import ArgumentParser
public import RankTraining

extension Evaluation.Candidates: ExpressibleByArgument {}
