"""Small models of XGBoost and LightGBM of every kind that the converter takes, trained from one seed."""

import numpy as np

FEATURES, ROWS = 8, 900
CATEGORIES = (6, 7)


def data(seed=7):
    """(rows, labels from 0 to 4, sizes of groups): numbers with gaps and zeros, and two columns of categories."""
    random = np.random.default_rng(seed)
    rows = random.standard_normal((ROWS, FEATURES)).astype(np.float32)
    rows[:, 1] = np.round(rows[:, 1] * 3)
    rows[:, 2] = np.where(random.random(ROWS) < 0.4, 0, rows[:, 2])
    rows[:, 3] *= np.float32(1e-35)
    rows[:, 6], rows[:, 7] = random.integers(0, 40, ROWS), random.integers(0, 4, ROWS)
    score = rows[:, 0] + (rows[:, 6] % 3) + 0.5 * rows[:, 1] * (rows[:, 2] > 0) + (rows[:, 7] == 2) + rows[:, 3] * 1e35
    rows[random.random(rows.shape) < 0.08] = np.nan
    labels = np.clip(np.round(score + random.standard_normal(ROWS)), 0, 4).astype(np.float64)
    return rows, labels, [30] * (ROWS // 30)


def xgboost_model(rounds=8, seed=7, labels=lambda y: y, categorical=False, early=False, ranking=False, **parameters):
    """A Booster."""
    import xgboost

    x, y, groups = data(seed)
    types = ["c" if categorical and k in CATEGORIES else "q" for k in range(FEATURES)]

    def matrix(x, y, groups):
        own = xgboost.DMatrix(x, labels(y), feature_types=types, enable_categorical=categorical)
        if ranking:
            own.set_group(groups)
        return own

    train = matrix(x, y, groups)
    more = {}
    if early:
        x, y, groups = data(seed + 1)
        more = {"evals": [(matrix(x, y, groups), "test")], "early_stopping_rounds": 2, "verbose_eval": False}
    settings = {"max_depth": 5, "verbosity": 0, "nthread": 1, **parameters}
    return xgboost.train(settings, train, rounds, **more)


def lightgbm_model(rounds=8, seed=7, labels=lambda y: y, categorical=False, ranking=False, own=None, **parameters):
    """A Booster."""
    import lightgbm

    x, y, groups = data(seed)
    settings = {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 5, "min_data_per_group": 5, "cat_smooth": 1,
                "num_leaves": 15, **parameters}
    if own is not None:
        settings["objective"] = own
    train = lightgbm.Dataset(x, labels(y), group=groups if ranking else None, params=settings,
                             categorical_feature=list(CATEGORIES) if categorical else [])
    return lightgbm.train(settings, train, rounds)


def binary(y):
    return (y > 2).astype(float)


def positive(y):
    return y + 0.5


def squared(predictions, train):
    """A loss of one's own: a file of such a model names no objective."""
    return predictions - train.get_label(), np.ones_like(predictions)


XGBOOST = {
    "rank_ndcg": dict(objective="rank:ndcg", ranking=True),
    "rank_pairwise_categorical": dict(objective="rank:pairwise", ranking=True, categorical=True),
    "rank_map": dict(objective="rank:map", ranking=True, labels=binary),
    "regression": dict(objective="reg:squarederror"),
    "regression_exact": dict(objective="reg:squarederror", tree_method="exact", max_depth=6),
    "regression_approx": dict(objective="reg:squarederror", tree_method="approx", subsample=0.6),
    "absolute_error": dict(objective="reg:absoluteerror"),
    "pseudo_huber": dict(objective="reg:pseudohubererror"),
    "squared_log": dict(objective="reg:squaredlogerror"),
    "quantile": dict(objective="reg:quantileerror", quantile_alpha=0.7),
    "lossguide": dict(objective="reg:squarederror", grow_policy="lossguide", max_leaves=40, max_depth=0),
    "one_hot": dict(objective="reg:squarederror", categorical=True, max_cat_to_onehot=64),
    "categorical": dict(objective="reg:squarederror", categorical=True, max_cat_to_onehot=1, max_depth=7),
    "pruned": dict(objective="reg:squarederror", tree_method="exact", gamma=6, max_depth=8),
    "forest_of_rounds": dict(objective="reg:squarederror", num_parallel_tree=3, subsample=0.5, rounds=4),
    "stopped_early": dict(objective="reg:squarederror", early=True, rounds=60, learning_rate=0.9),
    "constant": dict(objective="reg:squarederror", min_child_weight=1e9),
    "logistic": dict(objective="binary:logistic", labels=binary),
    "logistic_base": dict(objective="binary:logistic", labels=binary, base_score=0.484499),
    "reg_logistic": dict(objective="reg:logistic", labels=binary, categorical=True),
    "logitraw": dict(objective="binary:logitraw", labels=binary),
    "poisson": dict(objective="count:poisson", labels=positive),
    "poisson_base": dict(objective="count:poisson", labels=positive, base_score=0.9489151),
    "gamma": dict(objective="reg:gamma", labels=positive),
    "tweedie": dict(objective="reg:tweedie", labels=positive),
}

LIGHTGBM = {
    "lambdarank": dict(objective="lambdarank", ranking=True),
    "xendcg_categorical": dict(objective="rank_xendcg", ranking=True, categorical=True),
    "regression": dict(objective="regression"),
    "regression_l1": dict(objective="regression_l1"),
    "regression_sqrt": dict(objective="regression", reg_sqrt=True),
    "huber": dict(objective="huber"),
    "fair": dict(objective="fair"),
    "quantile": dict(objective="quantile", alpha=0.8),
    "mape": dict(objective="mape", labels=positive),
    "categorical": dict(objective="regression", categorical=True, num_leaves=40, max_cat_to_onehot=1),
    "zero_as_missing": dict(objective="regression", zero_as_missing=True, categorical=True),
    "no_missing": dict(objective="regression", use_missing=False, categorical=True),
    "goss_deep": dict(objective="regression", data_sample_strategy="goss", num_leaves=63, min_data_in_leaf=2),
    "extra_trees": dict(objective="regression", extra_trees=True),
    "constant": dict(objective="regression", min_data_in_leaf=2000),
    "custom": dict(own=squared),
    "binary": dict(objective="binary", labels=binary),
    "binary_steep": dict(objective="binary", labels=binary, sigmoid=0.7, categorical=True),
    "cross_entropy": dict(objective="cross_entropy", labels=lambda y: y / 4),
    "poisson": dict(objective="poisson"),
    "gamma": dict(objective="gamma", labels=positive),
    "tweedie": dict(objective="tweedie", labels=positive, zero_as_missing=True),
}
