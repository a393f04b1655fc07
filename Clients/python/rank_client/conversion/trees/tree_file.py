"""Writes an ensemble as the model file of docs/reference/model-file.md, family tree-ensemble."""

from typing import Dict, List

import numpy as np

from ..model_file import shown, store
from .ensemble import Ensemble
from .proof import Proof


def write(path: str, ensemble: Ensemble, proof: Proof, query_columns: List[int], ids: str,
          label_transform: str) -> str:
    """Writes the file and returns its model id; OSError for the path."""
    metadata: Dict[str, str] = {
        "architecture": "tree-ensemble/1", "features": str(ensemble.features), "ids": ids,
        "label_transform": label_transform, "missing": "true", "objective": ensemble.objective,
        "prior": shown(np.float32(proof.mean)), "proof": proof.kind,
        "sum": "float32" if ensemble.type is np.float32 else "float64",
    }
    if ensemble.output is not None:
        metadata["output"] = ensemble.output
    if query_columns:
        metadata["query_columns"] = ",".join(map(str, query_columns))
    tensors = {**ensemble.tensors(), "golden.rows": proof.rows.astype("<f4"), "golden.scores": proof.scores}
    if proof.margins is not None:
        tensors["golden.source_scores"] = proof.margins
        metadata.update({"proof.source": proof.source, "proof.max_difference": "0"})
    return store(path, tensors, metadata)
