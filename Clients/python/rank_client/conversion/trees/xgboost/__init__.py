"""Models of XGBoost: JSON or UBJ, whose keys are the same."""
