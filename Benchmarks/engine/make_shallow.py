"""Writes a model without hidden layers: biases, a mean and the dot product of 32, invented, with MovieLens-100k's sizes."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests" / "Fixtures" / "model"))
from make_models import make, write

write(make(7, users=944, candidates=1_683, dimensions=32, hidden=None, dot=True, biases=True, mean=0.5), Path(sys.argv[1]))
