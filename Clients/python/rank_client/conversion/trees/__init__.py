"""Boosted trees of XGBoost and LightGBM: read, brought to one rule, proved by the library's own bits."""
