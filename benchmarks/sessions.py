"""Rows that are runs of pytest, each in a process of its own and with no plugin but its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from . import files
from .rows import Medians, Outcome, Row, above, ratio, seconds
from .timing import Sample, process

OURS = ("-p", "pytest_stripe_contract.plugin")
RECORDING = ("-p", "pytest_recording.plugin")
RESPX = ("-p", "respx.plugin")
XDIST = ("-p", "xdist.plugin")

TESTS = 400
MANY = 10_000
VARIANTS = 200
UNUSED_LIMIT = 1.02
TWO_CORES = 1.7


def _session(folder: Path, test: str, *options: str, per_test: bool = False) -> Sample:
    result = files.write(folder, test)
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *options)
    return process(command, folder, result if per_test else None)


def _unused(count: int, rounds: int) -> Row:
    def prepare(folder: Path) -> Mapping[str, Sample]:
        # Entry points are looked up here, as in a user's run, but the peers' are not loaded.
        peers = ["anyio", "hypothesispytest", "recording", "respx", "xdist", "xdist.looponfail"]
        off = [f"-pno:{name}" for name in peers]
        test = files.empty(count)
        samples = {}
        for name, options in (("ours", ()), ("peer", ("-pno:stripe_contract",))):
            files.write(folder / name, test)
            command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *off, *options)
            samples[name] = process(command, folder / name, with_plugins=True)
        return samples

    return Row(
        f"unused-{count}",
        f"a run of {count} empty tests with the plugin installed and unused; with `-p no:` it",
        "at most 1.02 x",
        rounds,
        prepare,
        ratio(UNUSED_LIMIT),
    )


def _sdk(folder: Path) -> Mapping[str, Sample]:
    return {
        "stub": _session(folder / "stub", files.sdk_with_stub(TESTS), per_test=True),
        "ours": _session(folder / "ours", files.sdk_replayed(TESTS), *OURS, per_test=True),
        "peer": _session(folder / "peer", files.sdk_recorded(TESTS), *RECORDING, per_test=True),
    }


def _httpx(folder: Path) -> Mapping[str, Sample]:
    return {
        "mock": _session(folder / "mock", files.httpx_mocked(TESTS), per_test=True),
        "ours": _session(folder / "ours", files.httpx_replayed(TESTS), *OURS, per_test=True),
        "peer": _session(folder / "peer", files.httpx_by_respx(TESTS), *RESPX, per_test=True),
    }


def _around(folder: Path) -> Mapping[str, Sample]:
    inside = files.sdk_with_stub_in_a_replay(TESTS)
    return {
        "ours": _session(folder / "ours", inside, *OURS, per_test=True),
        "peer": _session(folder / "peer", files.sdk_with_stub(TESTS), per_test=True),
    }


def _first(folder: Path) -> Mapping[str, Sample]:
    return {
        "stub": _session(folder / "stub", files.sdk_with_stub(1)),
        "ours": _session(folder / "ours", files.sdk_replayed(1), *OURS),
        "peer": _session(folder / "peer", files.sdk_recorded(1), *RECORDING),
    }


def _variants(folder: Path) -> Mapping[str, Sample]:
    options = (*OURS, f"--stripe-variants={VARIANTS // 2}:1")  # an answer has some 150 of them
    return {
        "ours": _session(folder / "ours", files.sdk_variants(2), *options),
        "peer": _session(folder / "peer", files.sdk_with_stub(VARIANTS)),
    }


def _parallel(folder: Path) -> Mapping[str, Sample]:
    return _in_one_and_two(folder, files.sdk_replayed(MANY), OURS)


def _parallel_stub(folder: Path) -> Mapping[str, Sample]:
    return _in_one_and_two(folder, files.sdk_with_stub(MANY), ())


def _in_one_and_two(folder: Path, test: str, plugins: Sequence[str]) -> Mapping[str, Sample]:
    return {
        "one": _session(folder / "one", test, *plugins),
        "two": _session(folder / "two", test, *plugins, *XDIST, "-n", "2"),
    }


def _faster(taken: Medians) -> Outcome:
    found = taken["one"] / taken["two"]
    return Outcome(
        seconds(taken["two"]), seconds(taken["one"]), f"{found:.2f} x", found >= TWO_CORES
    )


def rows() -> Sequence[Row]:
    """Return the rows of this module in the order of the table."""
    return (
        _unused(10, 40),
        _unused(1000, 15),
        Row(
            "sdk",
            "a replayed and checked SDK call, above a stub transport's time; pytest-recording",
            "at most 0.33 x",
            9,
            _sdk,
            above("stub", 1 / 3),
        ),
        Row(
            "httpx",
            "the same by httpx, above httpx.MockTransport's time; respx",
            "less than 1 x",
            9,
            _httpx,
            above("mock", 1),
        ),
        Row(
            "around",
            "an SDK call over a stub transport in a replay that plays nothing; in none",
            "",
            9,
            _around,
            ratio(float("inf")),
        ),
        Row(
            "first",
            "a run of one such test, above the stub transport's; pytest-recording",
            "",
            9,
            _first,
            above("stub", float("inf")),
        ),
        Row(
            "variants",
            f"{VARIANTS} variants of one SDK test; {VARIANTS} tests with a stub transport",
            "at most 1.5 x",
            9,
            _variants,
            ratio(1.5),
        ),
        Row(
            "xdist",
            f"{MANY:,} replay tests under `-n 2`; in one process",
            "at least 1.7 x as fast",
            3,
            _parallel,
            _faster,
        ),
        Row(
            "xdist-stub",
            f"{MANY:,} tests with a stub transport and no plugin, under `-n 2`; in one process",
            "",
            3,
            _parallel_stub,
            _faster,
        ),
    )
