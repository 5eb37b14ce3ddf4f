"""Every code block of README.md and docs/ is tried."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.answers import documented
from helpers.stripe_server import serve

from pytest_stripe_contract import cli

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(
    r"(?:<!-- (?P<note>.*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)```\n", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    page: str
    note: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.note or self.language}"


BLOCKS = [
    Block(page.name, match["note"] or "", match["language"], match["text"])
    for page in PAGES
    for match in _BLOCK.finditer(page.read_text())
]
TESTS = [block for block in BLOCKS if block.language == "python"]
COMMANDS = [
    line.removeprefix("$ ").partition("#")[0].strip()
    for block in BLOCKS
    if block.language == "console"
    for line in block.text.splitlines()
]


def test_every_block_is_of_a_kind_that_is_tried_here():
    assert {block.language for block in BLOCKS} == {"python", "console", "text", "ini"}
    assert all(re.match("(file|recorded): test_", block.note) for block in TESTS)


@pytest.mark.parametrize(
    "block", [each for each in TESTS if each.note.startswith("recorded: ")], ids=str
)
def test_the_recorded_blocks_are_tests_that_pass_once_recorded(block, pytester):
    name = block.note.removeprefix("recorded: ").removesuffix(".py")
    pytester.makepyfile(**{name: block.text})
    with serve() as server:
        pytester.makeini(f"[pytest]\nstripe_api_base = {server.base}\n")
        pytester.runpytest("--stripe-record=once").assert_outcomes(passed=1)

    pytester.makeini("[pytest]")
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "block", [each for each in TESTS if each.note.startswith("file: ")], ids=str
)
def test_the_python_blocks_are_tests_that_pass(block, pytester):
    pytester.makepyfile(**{block.note.removeprefix("file: ").removesuffix(".py"): block.text})

    result = pytester.runpytest("-W", "error", "-p", "no:randomly")

    assert result.ret == 0
    assert result.parseoutcomes()["passed"] >= block.text.count("def test_")


OUTPUTS = [block for block in BLOCKS if block.note == "output"]


def test_the_first_test_fails_as_readme_says_when_it_sends_its_request_twice(pytester):
    first = TESTS[0]
    call = '    invoice = stripe.Invoice.mark_uncollectible("in_1MtG0nLkdIwHu7ixAaUw3Cb4")\n'
    assert call in first.text
    pytester.makepyfile(test_bad_debt=first.text.replace(call, call * 2))

    result = pytester.runpytest("-p", "no:randomly")

    assert OUTPUTS[0].text in str(result.stdout)


def test_a_rehearsal_ends_as_readme_says(pytester):
    first = TESTS[0]
    status = '    assert invoice.status == "uncollectible"\n'
    assert status in first.text
    pytester.makepyfile(test_bad_debt=first.text.replace(status, "    assert not invoice.charge\n"))

    [command] = [line for line in COMMANDS if "--stripe-api-version" in line and "all" not in line][
        :1
    ]
    result = pytester.runpytest("-p", "no:randomly", *shlex.split(command)[1:])

    for block in OUTPUTS[1:]:
        assert block.text in str(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("block", [each for each in BLOCKS if each.note == "variants"], ids=str)
def test_variants_end_as_the_pages_say(block, pytester):
    [page] = [each for each in TESTS if each.page == "variants.md" and "bad_debt" in each.note]
    careful = "assert f\"Dear {invoice.customer_name or 'customer'}\""
    assert careful in page.text
    careless = page.text.replace(careful, 'assert "Dear " + invoice.customer_name')
    pytester.makepyfile(test_bad_debt=careless)

    result = pytester.runpytest("-p", "no:randomly")

    # How many there are is up to the installed SDK's version.
    shown, said = (re.sub(r"\d+ run", "N run", str(each)) for each in (result.stdout, block.text))
    assert said in shown


@pytest.mark.slow
def test_a_sensitivity_run_writes_a_list_as_the_page_says(pytester):
    [block] = [each for each in BLOCKS if each.note == "sensitivity"]
    pytester.makepyfile("""
        import pytest
        import stripe

        stripe.api_key = "sk_test_not_a_real_key"

        @pytest.mark.stripe_variants
        @pytest.mark.stripe_replay("mark_uncollectible_open")
        def test_write_off():
            invoice = stripe.Invoice.mark_uncollectible("in_1")
            assert invoice.amount_due == 599
            assert invoice.customer_name
    """)

    pytester.runpytest("--stripe-variants=sensitivity:list.txt")

    written = [line.split() for line in (pytester.path / "list.txt").read_text().splitlines()]
    for line in block.text.splitlines():
        assert line.split() in written


def test_findings_read_as_readme_says():
    from pytest_stripe_contract.contract.contract import Contract

    payload = documented()
    shown = next(block for block in BLOCKS if block.text.startswith("$.lines"))
    payload["lines"]["data"][0]["amount"] = "1099"
    payload["status"] = "uncolectible"
    payload["amount_remaining"] = 600

    findings = Contract("2023-10-16").iter_findings(payload)

    violations = [f"{finding}\n" for finding in findings if finding.kind == "violation"]
    assert "".join(violations) == shown.text


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if re.search(r"(^|\| )stripe-contract ", line)]
)
def test_the_commands_are_ones_that_the_program_takes(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests" / "cassettes").mkdir(parents=True)
    newest = ROOT / "cassettes" / "endive" / "mark_uncollectible_open.yaml"
    shutil.copy(newest, tmp_path / "tests" / "cassettes")
    for name in ("payload.json", "other.json", "invoice.json"):
        (tmp_path / name).write_text('{"error": {"type": "api_error"}}')
    stdin = io.TextIOWrapper(io.BytesIO((tmp_path / "payload.json").read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    _, _, arguments = command.partition("stripe-contract ")

    assert cli.main(shlex.split(arguments)) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("make ")])
def test_the_make_targets_exist(command):
    target = shlex.split(command)[1]

    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "ini"], ids=str)
def test_the_settings_are_ones_that_pytest_takes(block, pytester):
    pytester.makeini(block.text.partition("\n")[2])
    pytester.makepyfile("def test_it(stripe_contract): print(stripe_contract)")

    result = pytester.runpytest("--strict-config", "-s")

    assert result.ret == 0
    said = re.search(r"stripe_api_version = (.*)", block.text)
    assert said is None or said[1] in str(result.stdout)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_readme_stays_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 165
