"""`python -m rank_client.convert IN OUT`: a Keras model, or boosted trees, → swift-rank's model file."""

import argparse
import os
import sys
from typing import List, NoReturn, Optional

from . import __version__

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 69, 73


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EX_USAGE, f"{self.prog}: {message}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m rank_client.convert", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Turns a Keras 3 model of a user and an item, or boosted trees of XGBoost (JSON,\n"
                    "UBJ) and LightGBM (text), into a model file. A .keras file is loaded by Keras;\n"
                    "its graph is read node by node, and its own scores of thousands of pairs prove\n"
                    "the reading. Trees are read node by node, and the library's own predictions of\n"
                    "thousands of rows, equal bit for bit, prove them.",
        epilog="Weights alone (.weights.h5), and a subclassed model without its class, cannot\n"
               "be run: --predictions gives the source's scores, --custom the class; without\n"
               "either they are refused, or marked with --unproved.\n"
               "Without a lookup row r of a table is the row of id r, row 0 that of unknown ids.\n"
               "Trees without their library: --rows and --predictions, or --unproved.\n\n"
               "exit codes: 0 written, 64 usage, 65 input refused, 69 packages missing, 73\n"
               "cannot write")
    parser.add_argument("--version", action="version", version=f"swift-rank {__version__}")
    parser.add_argument("input", metavar="IN", help=".keras or .weights.h5; .json or .ubj of XGBoost; LightGBM's text")
    parser.add_argument("output", metavar="OUT", help="the model file, replaced whole or not at all")
    parser.add_argument("--user-input", metavar="NAME", help="the model's input that takes users, where its name does "
                                                             "not tell; 0 or 1 where inputs have no names")
    parser.add_argument("--custom", metavar="MODULE", help="a module or .py file with the model's own classes; its "
                                                           "code is run")
    parser.add_argument("--predictions", metavar="FILE", help="the source's scores, lines of user,item,score: at least "
                                                              "256 pairs, or every pair of a smaller model; of trees "
                                                              "what is predicted for --rows, one number a line or "
                                                              "a .npy")
    parser.add_argument("--float32", action="store_true", help="a model that computes in half precision: serve what "
                                                               "its weights give in float32")
    parser.add_argument("--unproved", action="store_true", help="write what nothing proves; the file is marked as such")
    parser.add_argument("--user-table", metavar="PATH", help="weights alone: the user's embedding, such as "
                                                             "layers/embedding/vars/0")
    parser.add_argument("--candidate-first", action="store_true",
                        help="weights alone: the model concatenates [item, user]")
    parser.add_argument("--dot", action="store_true", help="weights alone: the score has the dot product of both "
                                                           "embeddings as a term")
    parser.add_argument("--label-transform", choices=["identity", "(rating-1)/4", "none"],
                        help="how labels were made from stars; changes how scores are shown (default: identity, of "
                             "trees that were trained to rank or to classify none)")
    parser.add_argument("--rows", metavar="FILE", help="trees: rows of your own to compare, a .npy [rows, features] or "
                                                       "lines of numbers; the model's rows that are drawn are compared "
                                                       "besides")
    parser.add_argument("--query-features", metavar="LIST", help="trees: features that a request may give once for all "
                                                                 "candidates, names or numbers with commas")
    parser.add_argument("--rounds", metavar="best|all|N", help="trees: how many rounds of boosting are taken; best, "
                                                               "the default, ends at best_iteration where the file "
                                                               "has one")
    parser.add_argument("--ids", choices=["u64", "utf8"], help="trees: the kind of ids that requests have (default: "
                                                               "u64)")
    return parser


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns its exit code: 0, 64 usage, 65 refused, 69 packages missing, 73 cannot write."""
    parser = _parser()
    options = parser.parse_args(arguments)

    def fail(code: int, message: str) -> int:
        print(f"{parser.prog}: {message}", file=sys.stderr)
        return code

    both_exist = os.path.exists(options.input) and os.path.exists(options.output)
    if both_exist and os.path.samefile(options.input, options.output):
        return fail(EX_USAGE, "IN and OUT are the same file")
    try:
        from .conversion import refusals, sources

        found = sources.convert(options)
        model_id = found.write(options.output)
    except ImportError as error:
        return fail(EX_UNAVAILABLE, f"{error}: pip install 'rank-client[convert]' for Keras, 'rank-client[trees]' for "
                                    "trees")
    except refusals.Usage as error:
        return fail(EX_USAGE, str(error))
    except refusals.Missing as error:
        return fail(EX_UNAVAILABLE, str(error))
    except refusals.Refused as error:
        return fail(EX_DATAERR, str(error))
    except OSError as error:
        return fail(EX_CANTCREAT, f"cannot write {options.output}: {error.strerror or error}")
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"{options.output}: model {model_id}, {found.described}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
