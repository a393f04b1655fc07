"""The ensembles that are measured: rankers of invented ratings, by XGBoost in depth and by LightGBM by leaves."""
import invented

# name: (trees, depth or leaves)
MODELS = {
    "xgboost-100x6": (100, 6),
    "xgboost-500x6": (500, 6),
    "lightgbm-500x31": (500, 31),
    "lightgbm-500x63": (500, 63),
    "lightgbm-500x255": (500, 255),
}


def form(name):
    """How a model's file ends."""
    return "ubj" if name.startswith("xgboost") else "txt"


def booster(name, path):
    """The model of a file, which is trained and written where there is none."""
    if name.startswith("xgboost"):
        import xgboost

        if not path.exists():
            train_xgboost(*MODELS[name]).save_model(path)
        return xgboost.Booster({"nthread": 1}, model_file=path)
    import lightgbm

    if not path.exists():
        train_lightgbm(*MODELS[name]).save_model(path)
    return lightgbm.Booster(model_file=path)


def train_xgboost(trees, depth):
    import xgboost

    rows, grades, groups = invented.World().ratings()
    data = xgboost.DMatrix(rows, grades)
    data.set_group(groups)
    settings = {"objective": "rank:ndcg", "max_depth": depth, "eta": 0.1, "nthread": 1, "seed": 42, "verbosity": 0}
    return xgboost.train(settings, data, trees)


def train_lightgbm(trees, leaves):
    import lightgbm

    rows, grades, groups = invented.World().ratings()
    settings = {"objective": "lambdarank", "num_leaves": leaves, "learning_rate": 0.1, "num_threads": 1, "seed": 42,
                "deterministic": True, "min_data_in_leaf": 20, "verbose": -1}
    return lightgbm.train(settings, lightgbm.Dataset(rows, grades, group=groups, params=settings), trees)
