"""``pytest --stripe-unused``: cassettes that no test of a full run names."""

from __future__ import annotations

import shutil

import pytest

from pytest_stripe_contract.stripe_api.resources import CASSETTES

TESTS = """
    import pytest
    import stripe

    stripe.api_key = "sk_test_not_a_real_key"

    def write_off():
        stripe.Invoice.mark_uncollectible("in_1MtG0nLkdIwHu7ixAaUw3Cb4")

    @pytest.mark.stripe_replay
    def test_own():
        write_off()

    @pytest.mark.stripe_replay("named")
    def test_named():
        write_off()

    @pytest.mark.stripe_replay("data/path.yaml")
    def test_path():
        write_off()

    def test_called(stripe_replay):
        with stripe_replay("called"):
            write_off()

    @pytest.mark.skip
    @pytest.mark.stripe_replay("skipped")
    def test_skipped():
        write_off()
"""
USED = ("test_mine/test_own", "named", "called", "skipped")


@pytest.fixture
def suite(pytester):
    """A suite that names all of its cassettes."""
    pytester.makepyfile(test_mine=TESTS, test_other="def test_it(): pass")
    for name in [f"cassettes/{each}" for each in USED] + ["data/path"]:
        path = pytester.path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CASSETTES / "mark_uncollectible.yaml", path)
    return pytester


def leave_behind(suite, name="old"):
    shutil.copy(CASSETTES / "mark_uncollectible.yaml", suite.path / "cassettes" / name)


def test_a_suite_that_names_all_of_its_cassettes_passes(suite):
    result = suite.runpytest("--stripe-unused")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*stripe unused*")


@pytest.mark.slow
@pytest.mark.parametrize(
    "workers", ["", "-p xdist.plugin -n 2"], ids=["in-one-process", "on-two-workers"]
)
def test_unused_cassettes_are_listed_and_fail_the_run(suite, workers, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-p pytest_stripe_contract.plugin {workers}")
    leave_behind(suite, "old.yaml")
    leave_behind(suite, "older.json")

    result = suite.runpytest("--stripe-unused")

    result.assert_outcomes(passed=5, skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "stripe unused: no test plays these 2 cassettes:",
            "  cassettes/old.yaml",
            "  cassettes/older.json",
        ]
    )


def test_unused_cassettes_are_not_listed_without_the_option(suite):
    leave_behind(suite, "old.yaml")

    result = suite.runpytest()

    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*stripe unused*")


def test_a_single_unused_cassette_is_in_the_singular(suite):
    leave_behind(suite, "old.yaml")

    result = suite.runpytest("--stripe-unused")

    result.stdout.fnmatch_lines(["stripe unused: no test plays this cassette:"])


def test_unused_cassettes_of_the_configured_folder_are_listed(suite):
    suite.makeini("[pytest]\nstripe_cassette_dir = cassettes\n")
    leave_behind(suite, "old.yaml")

    assert suite.runpytest("--stripe-unused").ret == pytest.ExitCode.TESTS_FAILED


def test_the_cassette_of_a_failed_test_is_used(suite):
    suite.makepyfile(
        test_mine=TESTS.replace("def test_own():", "def test_own():\n        return 1/0")
    )

    result = suite.runpytest("--stripe-unused")

    result.assert_outcomes(passed=4, failed=1, skipped=1)
    result.stdout.no_fnmatch_line("*stripe unused*")


@pytest.mark.parametrize(
    "part",
    [
        ["-k", "own"],
        ["test_mine.py"],
        ["test_mine.py::test_own"],
        ["-x"],
        ["--deselect=test_other.py"],
    ],
    ids=" ".join,
)
def test_a_run_of_a_part_of_the_tests_checks_no_cassettes(suite, part):
    leave_behind(suite, "old.yaml")
    if part == ["-x"]:
        suite.makepyfile(test_aaa="def test_it(): assert False")

    result = suite.runpytest("--stripe-unused", "-p", "no:randomly", *part)

    assert result.ret == (1 if part == ["-x"] else 0)
    result.stdout.fnmatch_lines(["stripe unused: not checked, as only a part of the tests ran"])


def test_a_run_with_a_collection_error_checks_no_cassettes(suite):
    suite.makepyfile(test_broken="import nothing_of_the_kind")

    result = suite.runpytest("--stripe-unused")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["stripe unused: not checked, as only a part of the tests ran"])


def test_a_folder_whose_tests_use_no_cassette_is_not_searched(pytester):
    pytester.makepyfile("def test_it(): pass")
    (pytester.mkdir("cassettes") / "of_another_plugin.yaml").touch()

    assert pytester.runpytest("--stripe-unused").ret == pytest.ExitCode.OK


def test_a_cassette_that_pytest_recording_plays_is_used(suite):
    suite.makepyfile(
        test_other="""
    import pytest

    @pytest.mark.vcr
    def test_it():
        pass
    """
    )
    leave_behind(suite, "test_other.yaml")
    (suite.path / "cassettes" / "test_other").mkdir()
    leave_behind(suite, "test_other/test_it.yaml")
    leave_behind(suite, "config.yaml")
    (suite.path / "cassettes" / "config.yaml").write_text("a: 1")

    result = suite.runpytest("--stripe-unused")

    result.stdout.fnmatch_lines(
        [
            "stripe unused: no test plays this cassette:",
            "  cassettes/test_other.yaml",
        ]
    )
