"""`python -m rank_client.convert IN OUT`: Keras weights of the two-tower rating family → swift-rank's model file."""

import argparse
import os
import sys
from typing import List, NoReturn, Optional

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 69, 73


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EX_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns its exit code: 0, 64 usage, 65 refused, 69 packages missing, 73 cannot write."""
    parser = _Parser(
        prog="python -m rank_client.convert", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Turns Keras 3 weights (.weights.h5 or .keras) of this model family into a model file: a user and\n"
                    "an item Embedding, concatenated, any number of Dense relu layers, one Dense output.",
        epilog="Row r of a table is the row of id r, row 0 that of unknown ids. A .weights.h5 file carries no\n"
               "activations: relu after every Dense layer but the last is assumed. The prior is the mean score of 255\n"
               "pairs spread over both tables, the fingerprint is unknown. The file carries golden scores: a worker\n"
               "serves it only if it reproduces them bit for bit.\n\n"
               "exit codes: 0 written, 64 usage, 65 input refused, 69 h5py or numpy missing, 73 cannot write")
    parser.add_argument("input", metavar="IN", help=".weights.h5 or .keras")
    parser.add_argument("output", metavar="OUT", help="the model file, replaced whole or not at all")
    parser.add_argument("--user-table", metavar="PATH", help="the user's embedding, such as layers/embedding/vars/0")
    parser.add_argument("--candidate-first", action="store_true",
                        help="the model concatenates [item, user], where the file does not tell")
    parser.add_argument("--dot", action="store_true", help="the score has the dot product of both embeddings as a term")
    parser.add_argument("--label-transform", choices=["identity", "(rating-1)/4"], default="identity",
                        help="how labels were made from stars; changes how scores are shown (default: identity)")
    options = parser.parse_args(arguments)

    def fail(code: int, message: str) -> int:
        print(f"{parser.prog}: {message}", file=sys.stderr)
        return code

    try:
        from . import keras_weights, model_file
    except ImportError as error:
        return fail(EX_UNAVAILABLE, f"{error}: pip install 'rank-client[convert]'")
    both_exist = os.path.exists(options.input) and os.path.exists(options.output)
    if both_exist and os.path.samefile(options.input, options.output):
        return fail(EX_USAGE, "IN and OUT are the same file")
    try:
        network, notes = keras_weights.read(options.input, options.user_table, options.dot, options.candidate_first)
        model_id = model_file.write(options.output, network, options.label_transform)
    except model_file.Refused as error:
        return fail(EX_DATAERR, str(error))
    except OSError as error:
        return fail(EX_CANTCREAT, f"cannot write {options.output}: {error.strerror or error}")
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    widths = [len(bias) for _, bias in network.layers]
    print(f"{options.output}: model {model_id}, {len(network.user)} users × {network.user.shape[1]}, "
          f"{len(network.candidate)} candidates × {network.candidate.shape[1]}, dense {widths}"
          f"{', dot product' if options.dot else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
