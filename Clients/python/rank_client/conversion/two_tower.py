"""Networks as model files of docs/reference/model-file.md, family two-tower-rating, with their goldens."""

from typing import TYPE_CHECKING, Dict, Optional, Tuple

import numpy as np

from .model_file import shown, store
from .numerics import Floats, Network, scores
from .refusals import Refused

if TYPE_CHECKING:
    from .keras.proof import Proof
    from .vocabulary import Vocabulary

GOLDENS = 256


def clean(name: str, values: Floats) -> Floats:
    """The weights with −0 and subnormal numbers as +0; refuses what is not finite."""
    with np.errstate(over="ignore"):  # what is too large for float32 is infinite then, and refused
        values = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(values).all():
        at = np.unravel_index(int(np.argmin(np.isfinite(values))), values.shape)
        raise Refused(f"{name}{[int(i) for i in at]} is {values[at]}: a weight must be finite")
    return np.where(np.abs(values) < np.finfo(np.float32).tiny, np.float32(0), values)


def golden_rows(users: int, candidates: int) -> Tuple[np.ndarray, np.ndarray]:
    """The pairs of rows whose scores a model file carries unless its proof has others."""
    g = np.arange(GOLDENS - 1, dtype=np.uint64)

    def rows(stride: int, count: int) -> np.ndarray:
        chosen = 1 + (g * np.uint64(stride)) % np.uint64(count - 1) if count > 1 else 0 * g
        return np.append(chosen, 0).astype("<u4")

    return rows(7919, users), rows(104729, candidates)


def write(path: str, network: Network, vocabularies: "Optional[Tuple[Vocabulary, Vocabulary]]" = None,
          proof: "Optional[Proof]" = None, label_transform: str = "identity") -> str:
    """Writes the file and returns its model id. Refused for a model without a finite score, OSError for the path.

    Without vocabularies row r is id r's; without a proof the file says `unproved`.
    """
    from .keras.proof import printed, unproved
    from .vocabulary import identity

    vocabularies = vocabularies or (identity(len(network.user)), identity(len(network.candidate)))
    proof = proof or unproved(network)
    user_rows, candidate_rows = (np.asarray(rows, "<u4") for rows in (proof.user_rows, proof.candidate_rows))
    golden = scores(network, user_rows, candidate_rows)
    spread = scores(network, *golden_rows(len(network.user), len(network.candidate)))[:-1]
    if not (np.isfinite(golden).all() and np.isfinite(spread).all()):
        raise Refused("the model's scores are not finite: its weights are too large for float32")
    tensors: Dict[str, np.ndarray] = {"user_embedding": network.user, "candidate_embedding": network.candidate}
    for index, (kernel, bias) in enumerate(network.layers):
        tensors[f"dense_{index}.kernel"], tensors[f"dense_{index}.bias"] = kernel, bias
    optional = {"user_bias": network.user_bias, "candidate_bias": network.candidate_bias, "mean": network.mean,
                "output_scale": network.output_scale}
    tensors.update({name: values for name, values in optional.items() if values is not None})
    for side, vocabulary in zip(("user", "candidate"), vocabularies):
        tensors.update(vocabulary.tensors(side))
    tensors.update({"golden.user_rows": user_rows, "golden.candidate_rows": candidate_rows, "golden.scores": golden})
    step = {"activations": ",".join(network.activations or ()), "output": network.output.replace("linear", "")}
    step = {key: value for key, value in step.items() if value}
    # The mean training label is unknown here; the mean score of pairs from all over both tables stands in for it.
    prior = np.float32(spread.astype(np.float64).mean())
    metadata = {
        "architecture": f"two-tower-rating/{2 if step or network.output_scale is not None else 1}",
        "user_vocabulary": vocabularies[0].kind, "candidate_vocabulary": vocabularies[1].kind,
        "dot_product": "true" if network.dot else "false", "label_transform": label_transform,
        "prior": shown(prior), "proof": proof.kind, **step,
    }
    if proof.source_scores is not None:
        tensors["golden.source_scores"] = proof.source_scores
        metadata.update({"proof.source": proof.source, "proof.max_difference": printed(proof.max_difference)})
    return store(path, tensors, metadata)
