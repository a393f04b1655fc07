"""Models of LightGBM: its text."""
