"""A reload a second at 70 % load: failures, lists of mixed models, and the p99 beside that without reloads."""
import itertools
import json
import statistics
import tempfile
import time

from common import FULL, model, pool, put


def promise():
    # Windows with and without reloads take turns, and swap places each time; the medians of their p99 are compared.
    # The long version has ten minutes of reloads, and one window without for every four with them.
    seconds, moving_windows = 3, 200 if FULL else 10
    found: dict[str, list] = {"still": [], "moving": []}
    with model() as first, model("--epochs", "2") as second, tempfile.TemporaryDirectory(prefix="rank-") as folder:
        # Renamed over the live one in turn, as a writer would.
        live, versions = f"{folder}/live", itertools.cycle([second, first])
        put(first, live)
        with pool([["--model", live]]) as workers:
            rate = 0.7 * workers.capacity()
            round_ = ["moving"] * (4 if FULL else 1) + ["still"]
            for turn in range(moving_windows // (len(round_) - 1)):
                for kind in round_ if turn % 2 else reversed(round_):
                    load = workers.load("--rate", f"{rate:.0f}", "--duration", f"{seconds}s", "--warm-up", "300ms",
                                        "--seed", str(turn), "--check")
                    begin = time.monotonic()
                    for number in itertools.count(1):
                        if kind == "still" or load.poll() is not None:
                            break
                        put(next(versions), live)
                        while load.poll() is None and time.monotonic() < begin + number:
                            time.sleep(0.01)
                    found[kind].append(json.loads(load.communicate()[0]))
    everything = [report for reports in found.values() for report in reports]
    calls = sum(report["workers"]["offered"] for report in everything)
    failed = sum(report["workers"]["failed"] for report in everything)
    failed_still = sum(report["workers"]["failed"] for report in found["still"])
    mixed = sum(report["check"]["differing"] for report in everything)
    models = {model for report in everything for model in report["check"]["models"]}
    still, moving = (
        statistics.median(report["workers"]["latency_us"]["p99"] / 1000 for report in found[kind])
        for kind in ("still", "moving")
    )
    reasons = {code: example for report in everything for code, example in report["workers"]["examples"].items()}
    if reasons:
        print(f"  {failed_still} failed without reloads; {reasons}", flush=True)
    figure = (f"{calls:,} calls at {rate:,.0f}/s in {len(everything)} windows from {len(models)} models: "
              f"{failed} failed, {mixed} mixed, p99 {moving:.2f} ms, {moving / still:.2f} times that without reloads "
              f"({still:.2f} ms)")
    return figure, "0, 0, <= 1.2 times", failed == mixed == 0 and len(models) == 2 and moving <= 1.2 * still
