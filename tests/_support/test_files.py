"""A write that is interrupted leaves the old file or the new one, whole.

The interruptions are not listed: a successful write is traced for each call of a function in C,
and each of these calls is then made to fail, or to be the last.
"""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_stripe_contract._support import files
from pytest_stripe_contract.cassettes.library import list_names

OLD = b"old\n" * 5_000
NEW = b"the new one\n" * 10_000
"""Larger than any buffer, so that it does not go to the disk in one piece."""


class Steps:
    """Counts what a write does, and calls ``then`` at one of the steps.

    A step is a moment before or after a function in C is called: each system call is in one.
    """

    def __init__(self, at=None, then=None):
        self.at, self.then = at, then
        self.seen = []

    def __call__(self, _frame, event, arg):
        if event not in ("c_call", "c_return", "c_exception") or arg is sys.setprofile:
            return
        self.seen.append(f"{event} {arg.__name__}")
        if len(self.seen) - 1 == self.at:
            self.then()

    def of(self, path):
        gc.disable()  # what others hang on to it would be a step too, and fail on its own
        sys.setprofile(self)
        try:
            files.write(path, NEW)
        finally:
            sys.setprofile(None)
            gc.enable()


def steps(folder, before):
    """What a write does that goes well, step by step."""
    traced = Steps()
    traced.of(prepared(folder, before))
    return traced.seen


def prepared(folder, before):
    folder.mkdir(exist_ok=True)
    path = folder / "mine.yaml"
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
    return path


def content(path):
    return path.read_bytes() if path.exists() else None


each_start = pytest.mark.parametrize("before", [OLD, None], ids=["replaced", "made"])
unkept = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
"""Python closes a file itself if an error comes between its opening and its being kept."""


@each_start
def test_every_system_call_of_a_write_is_among_the_traced_steps(tmp_path, before):
    calls = {step.partition(" ")[2] for step in steps(tmp_path, before)}

    assert calls >= {"stat", "mkdir", "open", "write", "flush", "fsync", "__exit__", "replace"}
    assert "close" in calls, "of the folder"
    assert ("chmod" in calls) is (before is not None)


@each_start
@unkept
@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_an_error_at_any_step_leaves_only_the_old_file_or_the_new_one(tmp_path, before, error):
    def fail():
        raise error

    kept, replaced = set(), set()
    for number, step in enumerate(steps(tmp_path, before)):
        path = prepared(tmp_path, before)
        try:
            Steps(number, fail).of(path)
        except type(error):
            assert content(path) in (before, NEW), step
        else:
            assert content(path) == NEW, step
        assert [each.name for each in path.parent.iterdir()] in ([], ["mine.yaml"]), step
        (replaced if content(path) == NEW else kept).add(step)
    assert {"c_call write", "c_return write", "c_call replace"} <= kept
    assert {"c_return replace"} <= replaced


@each_start
@unkept
def test_ctrl_c_between_any_two_instructions_leaves_the_old_file_or_the_new_one(tmp_path, before):
    class Instructions:
        def __init__(self, at):
            self.at, self.seen = at, 0

        def trace(self, frame, event, _arg):
            if frame.f_code.co_filename != files.__file__:
                return None
            frame.f_trace_opcodes = True
            if event in ("opcode", "line"):  # some Pythons tell of the former once a process
                self.seen += 1
                if self.seen == self.at:
                    raise KeyboardInterrupt
            return self.trace

        def of(self, path):
            former = sys.gettrace()
            sys.settrace(self.trace)
            try:
                files.write(path, NEW)
            finally:
                sys.settrace(former)

    outcomes = []
    while True:
        path = prepared(tmp_path, before)
        try:
            Instructions(len(outcomes) + 1).of(path)
        except KeyboardInterrupt:
            outcomes.append(content(path))
            assert [each.name for each in tmp_path.iterdir()] in ([], ["mine.yaml"])
        else:
            break  # it came to its end before
    assert len(outcomes) > 20
    first_new = outcomes.index(NEW)
    assert set(outcomes[:first_new]) == {before}
    assert set(outcomes[first_new:]) == {NEW}


PLACES = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, PLACES))}

KILLED = """
import os, signal, sys
from pathlib import Path
import test_files as tests

folder = Path(sys.argv[1])
for number, step in enumerate(tests.steps(folder, tests.OLD)):
    path = tests.prepared(folder, tests.OLD)
    child = os.fork()
    if child == 0:
        tests.Steps(number, lambda: os.kill(os.getpid(), signal.SIGKILL)).of(path)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    left = tests.content(path)
    print(step, {tests.OLD: "old", tests.NEW: "new"}.get(left, "neither"), sep=": ")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills what it forks")
def test_a_process_that_is_killed_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path):
    folder = tmp_path / "folder"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )

    outcomes = done.stdout.splitlines()
    first_new = outcomes.index("c_return replace: new")
    assert {line.rpartition(": ")[2] for line in outcomes[:first_new]} == {"old"}
    assert {line.rpartition(": ")[2] for line in outcomes[first_new:]} == {"new"}
    left = {path.name for path in folder.iterdir()} - {"mine.yaml"}
    assert left, "a process that is killed cannot tidy up"
    assert {Path(name).suffix for name in left} == {".tmp"}
    assert list_names(folder) == ["mine"]


FULL = """
import resource, signal, sys
from pathlib import Path
import test_files as tests

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    tests.files.write(Path(sys.argv[1]), tests.NEW)
except OSError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("room", [0, 8192])
def test_a_full_disk_leaves_the_old_file(tmp_path, room):
    path = prepared(tmp_path, OLD)
    done = subprocess.run(
        [sys.executable, "-B", "-c", FULL, str(path), str(room)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "too large" in done.stdout
    assert path.read_bytes() == OLD
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


WRITER = """
import sys
from pathlib import Path
from pytest_stripe_contract._support import files

for _ in range(100):
    files.write(Path(sys.argv[1]), sys.argv[2].encode() * 200_000)
"""


def test_each_of_many_processes_writes_the_whole_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"0" * 200_000)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name]) for name in "abcd"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        read = path.read_bytes()
        assert len(read) == 200_000
        assert len(set(read)) == 1
        seen.add(read[:1])

    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(seen) > 1
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


COUNTER = """
import sys
from pathlib import Path
from pytest_stripe_contract._support import files

path = Path(sys.argv[1])
for _ in range(20):
    with files.locked(path.parent):
        files.write(path, str(int(path.read_bytes()) + 1).encode())
"""


def test_processes_that_lock_the_folder_keep_the_additions_of_others(tmp_path):
    path = tmp_path / "counted.yaml"
    path.write_bytes(b"0")
    counters = [subprocess.Popen([sys.executable, "-c", COUNTER, path]) for _ in range(4)]

    assert [counter.wait() for counter in counters] == [0] * 4
    assert path.read_bytes() == b"80"


def test_a_lock_holds_for_threads_and_is_released_by_an_error(tmp_path):
    order = []

    def second():
        with files.locked(tmp_path):
            order.append("second")

    thread = threading.Thread(target=second)

    def first():
        with files.locked(tmp_path):
            thread.start()
            time.sleep(0.05)
            order.append("first")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        first()
    thread.join(timeout=10)
    assert order == ["first", "second"]


def test_a_missing_folder_is_created_when_it_is_locked(tmp_path):
    with files.locked(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()


def test_missing_folders_are_created_and_a_new_file_obeys_the_umask(tmp_path):
    former = os.umask(0o027)
    try:
        files.write(tmp_path / "a" / "b" / "mine.yaml", NEW)
    finally:
        os.umask(former)

    assert (tmp_path / "a" / "b" / "mine.yaml").read_bytes() == NEW
    assert (tmp_path / "a" / "b" / "mine.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o755])
def test_an_existing_file_keeps_its_permissions(tmp_path, mode):
    path = prepared(tmp_path, OLD)
    path.chmod(mode)

    files.write(path, NEW)

    assert path.stat().st_mode & 0o7777 == mode
    assert path.read_bytes() == NEW


def test_a_private_file_is_never_readable_by_others_during_a_write(tmp_path):
    path = prepared(tmp_path, OLD)
    path.chmod(0o600)
    seen = set()

    def look():
        seen.update(each.stat().st_mode & 0o777 for each in tmp_path.glob(".stripe-*"))

    traced = Steps()
    traced.of(path)
    for number in range(len(traced.seen)):
        Steps(number, look).of(path)

    assert seen == {0o600}


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path):
    target = prepared(tmp_path / "elsewhere", OLD)
    (tmp_path / "link.yaml").symlink_to(Path("elsewhere") / "mine.yaml")
    (tmp_path / "dangling.yaml").symlink_to(Path("elsewhere") / "made.yaml")

    files.write(tmp_path / "link.yaml", NEW)
    files.write(tmp_path / "dangling.yaml", NEW)

    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "dangling.yaml").is_symlink()
    assert target.read_bytes() == (tmp_path / "elsewhere" / "made.yaml").read_bytes() == NEW
    assert {each.name for each in tmp_path.iterdir()} == {
        "elsewhere",
        "link.yaml",
        "dangling.yaml",
    }


def test_a_folder_or_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")

    for path in (tmp_path, tmp_path / "pipe.yaml"):
        with pytest.raises(OSError, match="not a file"):
            files.write(path, NEW)
    assert (tmp_path / "pipe.yaml").is_fifo()
    with pytest.raises(NotADirectoryError):
        files.write(tmp_path / "pipe.yaml" / "mine.yaml", NEW)


def test_the_longest_name_of_a_file_system_is_written(tmp_path):
    path = tmp_path / ("x" * 250 + ".yaml")

    files.write(path, NEW)

    assert path.read_bytes() == NEW
