"""Checks by several processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle

import pytest
from helpers.cassette_files import (
    KEY,
    recording,
    save,
)

from pytest_stripe_contract import cli
from pytest_stripe_contract.checker import _workers as workers
from pytest_stripe_contract.checker import files


@pytest.fixture
def busy(monkeypatch):
    """Use several processes even for few files, with three files at once."""
    monkeypatch.setattr(workers, "MIN_BYTES", 0)
    monkeypatch.setattr(workers, "_CHUNK", 3)


def of_all_kinds(folder):
    """Thirty files: sound, leaking and broken ones, payloads, and others."""
    for number in range(6):
        save(folder / f"{number}-sound.yaml")
        save(folder / f"{number}-old.yaml", recording(version="2020-08-27"), recording(version="9"))
        save(folder / f"{number}-leak.yaml", recording(body=f"key={KEY}{number}"))
        (folder / f"{number}-broken.yaml").write_text("interactions: [")
        (folder / f"{number}-other.json").write_text("{}")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_several_processes_report_the_same_as_one(method, tmp_path, busy, check, monkeypatch):
    folder = of_all_kinds(tmp_path)
    monkeypatch.setattr(workers, "_context", lambda: multiprocessing.get_context(method))

    alone = check("-v", "--jobs", "1", folder)

    assert check("-v", "--jobs", "2", folder) == alone
    assert alone[0] == 1
    assert len(alone[1].splitlines()) > 10


def test_processes_are_forked_only_without_other_threads(monkeypatch):
    monkeypatch.setattr(workers.sys, "platform", "linux")
    monkeypatch.setattr(workers.threading, "active_count", lambda: 1)
    assert workers._context().get_start_method() == "fork"
    monkeypatch.setattr(workers.threading, "active_count", lambda: 2)
    assert workers._context().get_start_method() == "spawn"


def die_over_one(entry):
    if entry.name.endswith("3-leak.yaml"):
        os._exit(3)
    return entry.name


def test_a_crash_of_a_process_names_the_file(tmp_path, busy):
    entries = files.find([str(of_all_kinds(tmp_path))])
    results = workers.results(die_over_one, entries, 2)

    with pytest.raises(workers.WorkerCrash) as caught:
        list(results)

    file = f"{tmp_path}/3-leak.yaml"
    assert str(caught.value) == (
        f"a worker process crashed while checking {file}. fix: leave this file out"
    )
    assert pickle.loads(pickle.dumps(caught.value)).file == file


def name_of(entry):
    return entry.name


def test_results_have_the_order_of_the_files_and_closing_ends_all_processes(tmp_path, busy):
    entries = files.find([str(of_all_kinds(tmp_path))])
    names = [entry.name for entry in entries]
    results = workers.results(name_of, entries, 2)

    first = [next(results) for _ in range(4)]
    results.close()

    assert first == names[:4]
    assert multiprocessing.active_children() == []
    assert list(workers.results(name_of, entries, 2)) == names


def test_several_processes_are_used_only_for_many_bytes_of_regular_files(tmp_path, monkeypatch):
    entries = files.find([str(of_all_kinds(tmp_path))])
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 3)
    assert workers.process_count(entries, None) == 1

    monkeypatch.setattr(workers, "MIN_BYTES", 1000)
    assert workers.process_count(entries, None) == 3
    assert workers.process_count(entries, 2) == 2
    assert workers.process_count([], 2) == 1
    for other in (None, tmp_path, tmp_path / "gone"):
        entry = files.Entry("other", other, is_named=True)
        assert workers.process_count([*entries, entry], 2) == 1
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    assert workers.process_count(entries, None) == 3


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_the_number_of_processes_is_at_least_one(capsys, jobs):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", f"--jobs={jobs}", "x"])

    assert caught.value.code == 2
    assert f"expected a number of processes, got '{jobs}'" in capsys.readouterr().err
