"""Cassettes of a team's own, as files, and the command run over them as a shell does."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pytest
import yaml
from helpers.answers import faultless

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
HOST = "https://api.stripe.com"
KEY = "sk_test_51PlainlyFakeKey0000"
ADDRESS = "somebody@plainly-fake.io"
MARK = f"{HOST}/v1/invoices/{ID}/mark_uncollectible"
COMMAND = [
    sys.executable,
    "-c",
    # what runs in the background is born deaf to Ctrl-C
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from pytest_stripe_contract.cli import main; sys.exit(main())",
]


def recording(payload=None, *, version="2023-10-16", uri=MARK, method="POST", status=200, **more):
    """One request and its answer, in VCR.py's layout; nothing is wrong with it.

    ``more`` has ``body`` and ``sent`` (headers) of the request, and ``got`` (headers) and
    ``string`` of the answer.
    """
    got = {"Content-Type": ["application/json"], "Request-Id": ["req_MtG0nLkdIwHu7i"]}
    if version is not None:
        got["Stripe-Version"] = [version]
    text = json.dumps(faultless() if payload is None else payload, indent=2)
    return {
        "request": {
            "method": method,
            "uri": uri,
            "body": more.get("body", ""),
            "headers": {"Accept": ["*/*"], **more.get("sent", {})},
        },
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": got | more.get("got", {}),
            "body": {"string": more.get("string", text)},
        },
    }


def cassette(*recordings, **metadata):
    """The document of a cassette; one sound recording if there are none."""
    document = {"interactions": list(recordings) or [recording()], "version": 1}
    return document | ({"metadata": metadata} if metadata else {})


def vcr_text(document):
    """As VCR.py writes it."""
    return yaml.dump(document, Dumper=yaml.CSafeDumper)


def save(path, *recordings, **metadata):
    """Write a cassette as VCR.py does; its path, as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(vcr_text(cassette(*recordings, **metadata)))
    return str(path)


def on_a_terminal(*arguments):
    """Run the command with a terminal as its standard error: exit code, output, what was shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen([*COMMAND, *arguments], stdout=output, stderr=theirs) as process,
    ):
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        process.wait(60)
        output.seek(0)
        return process.returncode, output.read(), shown.decode()


def _read(terminal):
    """What comes next; a terminal is small, and who writes to it waits."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # as Linux says that nobody is at the other end
        return b""


def interrupted(pipe, *arguments):
    """Press Ctrl-C while the command waits for what comes out of a pipe: code, output, errors."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        writer = _once_it_is_read(pipe, process)
        while True:
            time.sleep(0.2)  # a signal just before it begins to wait would not end the waiting
            process.send_signal(signal.SIGINT)
            try:
                output, error = process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                continue
            os.close(writer)
            return process.returncode, output, error


def _once_it_is_read(pipe, process):
    while process.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # not yet
            time.sleep(0.01)
    pytest.fail(f"it ended: {process.communicate()}")


def rules(findings):
    """The rules of findings, as the JSON of a report has them."""
    return [finding["rule"] for finding in findings]
