"""Cassettes of a team's own, as files: what recorders other than this package write."""

import json

import yaml
from answers import faultless

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
HOST = "https://api.stripe.com"
MARK = f"{HOST}/v1/invoices/{ID}/mark_uncollectible"


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
