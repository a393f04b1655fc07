public import ArgumentParser
public import RankEngine

extension TopKPlan: ExpressibleByArgument {}
