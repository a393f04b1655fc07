"""The engines of turns.c: our kernels, and the C functions of XGBoost, LightGBM and compiled models."""
import ctypes
import json
import pathlib

import numpy as np

KERNEL, XGBOOST, LIGHTGBM, LIGHTGBM_ROW, TL2CGEN_FLOAT, TL2CGEN_DOUBLE, LLEAVES = range(7)


class Plan(ctypes.Structure):
    """`rank_trees_plan`."""

    _fields_ = [("level", ctypes.c_uint32), ("path", ctypes.c_int), ("is_basic", ctypes.c_bool)]


class Fields(ctypes.Structure):
    """`call` in turns.c."""

    _fields_ = [
        ("kind", ctypes.c_int), ("function", ctypes.c_void_p), ("handle", ctypes.c_void_p),
        ("settings", ctypes.c_char_p), ("rows", ctypes.c_void_p), ("described", ctypes.POINTER(ctypes.c_char_p)),
        ("query", ctypes.c_void_p),
        ("columns", ctypes.c_size_t), ("query_columns", ctypes.c_size_t), ("candidates", ctypes.c_size_t),
        ("lists", ctypes.c_size_t), ("found", ctypes.c_void_p), ("is_double", ctypes.c_bool)]


class Turns:
    """The library of turns.c and the kernels."""

    def __init__(self, path):
        self.library = library = ctypes.CDLL(str(path))
        size, call = ctypes.c_size_t, ctypes.POINTER(Fields)
        library.turns_score.restype, library.turns_score.argtypes = ctypes.c_bool, [call, size]
        library.turns_window.restype, library.turns_window.argtypes = ctypes.c_double, [call, size, size]
        library.turns_mixed.restype = ctypes.c_bool
        library.turns_mixed.argtypes = [call, call, size, size, ctypes.c_void_p]
        library.turns_clock.restype = ctypes.c_double
        library.ensemble_open.restype, library.ensemble_open.argtypes = ctypes.c_void_p, [ctypes.c_char_p, Plan, size]
        library.rank_level_name.restype = ctypes.c_char_p

    def kernels(self):
        """{name: (level, is_basic)}, the best one first; the walk, which is the definition, is not among them."""
        names = {}
        for level in range(self.library.rank_level_count() - 1, 0, -1):
            if self.library.rank_level_supported(level):
                name = self.library.rank_level_name(level).decode()
                names[name] = (level, False)
                if name == "avx512":
                    names["avx512-basic"] = (level, True)
        return names

    def ensemble(self, flat, kernel, query_columns=0):
        """An ensemble compiled for a kernel; it stays until the process ends."""
        level, is_basic = self.kernels()[kernel]
        handle = self.library.ensemble_open(str(flat).encode(), Plan(level, 0, is_basic), query_columns)
        if not handle:
            raise SystemExit(f"error: {flat}: no memory for the ensemble")
        return handle


class Call:
    """An engine and its lists, called in C."""

    def __init__(self, turns, lists, candidates, is_double, **fields):
        self.turns, self.count = turns, len(lists) // candidates
        self.found = np.empty(candidates, np.float64 if is_double else np.float32)
        self.kept = [np.ascontiguousarray(lists), *fields.values()]
        query = fields.pop("query", None)
        if query is not None:
            self.kept.append(query := np.ascontiguousarray(query))
            fields |= {"query": query.ctypes.data, "query_columns": query.shape[1]}
        self.fields = Fields(rows=self.kept[0].ctypes.data, columns=lists.shape[1], candidates=candidates,
                             lists=self.count, found=self.found.ctypes.data, is_double=is_double, **fields)

    def score(self, index):
        if not self.turns.library.turns_score(self.fields, index):
            raise SystemExit("error: a library could not score a list")
        return self.found

    def window(self, first, calls):
        """Nanoseconds of a call."""
        time = self.turns.library.turns_window(self.fields, first, calls)
        if time < 0:
            raise SystemExit("error: a library could not score a list")
        return time

    def mixed(self, other, first, calls):
        """Nanoseconds of each call of both, [2][calls]."""
        times = np.empty((2, calls))
        if not self.turns.library.turns_mixed(self.fields, other.fields, first, calls, times.ctypes.data):
            raise SystemExit("error: a library could not score a list")
        return times


def address(function):
    return ctypes.cast(function, ctypes.c_void_p).value


class XGBoost:
    """A Booster of XGBoost's C library."""

    name, is_double = "xgboost-c", False

    def __init__(self, turns, path):
        from xgboost import libpath

        self.turns, self.library, self.handle = turns, ctypes.CDLL(libpath.find_lib_path()[0]), ctypes.c_void_p()
        for code in (self.library.XGBoosterCreate(None, ctypes.c_uint64(0), ctypes.byref(self.handle)),
                     self.library.XGBoosterLoadModel(self.handle, str(path).encode()),
                     self.library.XGBoosterSetParam(self.handle, b"nthread", b"1")):
            if code != 0:
                raise SystemExit(f"error: XGBoost cannot read {path}")

    def call(self, lists, candidates):
        lists = np.ascontiguousarray(lists)
        count, columns = len(lists) // candidates, lists.shape[1]
        described = (ctypes.c_char_p * count)(*(json.dumps({
            "data": [lists.ctypes.data + 4 * k * candidates * columns, True], "shape": [candidates, columns],
            "typestr": "<f4", "version": 3}).encode() for k in range(count)))
        settings = (b'{"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "missing": NaN, '
                    b'"strict_shape": false, "cache_id": 0}')
        return Call(self.turns, lists, candidates, False, kind=XGBOOST, handle=self.handle, described=described,
                    function=address(self.library.XGBoosterPredictFromDense), settings=settings)


class LightGBM:
    """A Booster of LightGBM's C library; a single row goes through what it calls fast."""

    name, is_double = "lightgbm-c", True

    def __init__(self, turns, path):
        import lightgbm

        found = next(pathlib.Path(lightgbm.__file__).parent.rglob("lib_lightgbm.*"))
        self.turns, self.library, self.handle = turns, ctypes.CDLL(str(found)), ctypes.c_void_p()
        rounds = ctypes.c_int()
        if self.library.LGBM_BoosterCreateFromModelfile(str(path).encode(), ctypes.byref(rounds),
                                                        ctypes.byref(self.handle)) != 0:
            raise SystemExit(f"error: LightGBM cannot read {path}")

    def call(self, lists, candidates):
        if candidates > 1:
            return Call(self.turns, lists, candidates, True, kind=LIGHTGBM, handle=self.handle,
                        settings=b"num_threads=1", function=address(self.library.LGBM_BoosterPredictForMat))
        fast, raw, floats, everything = ctypes.c_void_p(), 1, 0, -1
        code = self.library.LGBM_BoosterPredictForMatSingleRowFastInit(
            self.handle, raw, 0, everything, floats, lists.shape[1], b"num_threads=1", ctypes.byref(fast))
        if code != 0:
            raise SystemExit("error: LightGBM cannot prepare single rows")
        return Call(self.turns, lists, 1, True, kind=LIGHTGBM_ROW, handle=fast,
                    function=address(self.library.LGBM_BoosterPredictForMatSingleRowFast))
