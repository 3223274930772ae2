"""What is installed from others: everything pinned with a hash, listed, and asked about; silence is never taken for a pass."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.commands import supply
from bot.operation import audit
from bot.operation.audit import NotReachable, Reason, Vulnerability, open_findings, read_reasons
from bot.operation.locks import LOCKS, read_lock
from bot.operation.sbom import bill

FOUND = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"]}
CLEAN = json.dumps({"dependencies": [{"name": "httpx", "version": "1.0", "vulns": []}]})
BAD = json.dumps({"dependencies": [{"name": "httpx", "version": "1.0", "vulns": [FOUND]}]})
SKIPPED = json.dumps({"dependencies": [{"name": "httpx", "skip_reason": "Dependency not found"}]})
OSV_CLEAN = json.dumps({"results": []})
OSV_BAD = json.dumps(
    {"results": [{"packages": [{"package": {"name": "httpx", "version": "1.0"}, "vulnerabilities": [FOUND]}]}]}
)
REASON = Reason("CVE-2026-1", "httpx", "A reason that is a sentence.", date(2999, 1, 1))


def run(monkeypatch: pytest.MonkeyPatch, pip_audit: tuple[int, str], osv: tuple[int, str], *reasons: Reason) -> Result:
    import typer

    def answer(command: list[str]) -> tuple[int, str]:
        return osv if command[0] == "osv-scanner" else pip_audit

    monkeypatch.setattr(audit, "_run", answer)
    monkeypatch.setattr(supply, "read_reasons", lambda: list(reasons))
    monkeypatch.setattr(supply, "_uv", lambda: "uv")
    app = typer.Typer()
    app.command()(supply.audit)
    return CliRunner().invoke(app)


def test_everything_that_is_installed_is_pinned_with_hashes() -> None:
    for lock in LOCKS.values():
        packages = read_lock(lock)
        assert len(packages) > 50 and len({(one.name, one.marker) for one in packages}) == len(packages)


@pytest.mark.parametrize("line", ["httpx>=1.0", "httpx==1.0", "httpx @ git+https://example.org/x", "-r other.txt"])
def test_a_lock_with_something_that_is_not_pinned_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.lock").write_text(f"# made by hand\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not pinned"):
        read_lock(tmp_path / "bad.lock")


def test_the_bill_lists_every_package_of_every_process_and_is_the_same_each_time() -> None:
    document = bill()
    assert document == bill() and (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    listed = {(one["name"], one["version"]) for one in document["components"]}
    for lock in LOCKS.values():
        assert {(one.name, one.version) for one in read_lock(lock)} <= listed
    references = [one["bom-ref"] for one in document["components"]]
    assert len(set(references)) == len(references)
    assert {ref for one in document["dependencies"] for ref in one["dependsOn"]} <= set(references)
    assert all(one["hashes"] for one in document["components"] if one["type"] == "library")


def test_a_clean_audit_is_one_in_which_everybody_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, (0, CLEAN), (0, OSV_CLEAN))
    assert done.exit_code == 0 and "No open findings" in done.output


@pytest.mark.parametrize(
    ("pip_audit", "osv"),
    [
        ((0, SKIPPED), (0, OSV_CLEAN)), ((1, ""), (0, OSV_CLEAN)), ((0, "[]"), (0, OSV_CLEAN)), ((0, "{}"), (0, OSV_CLEAN)),
        ((0, CLEAN), (127, "")), ((0, CLEAN), (128, OSV_CLEAN)), ((0, CLEAN), (0, "")),
    ],
)  # fmt: skip
def test_a_scanner_that_did_not_answer_is_said_and_is_no_pass(
    monkeypatch: pytest.MonkeyPatch, pip_audit: tuple[int, str], osv: tuple[int, str]
) -> None:
    done = run(monkeypatch, pip_audit, osv)
    assert done.exit_code == supply.NOT_ASKED and "NOT REACHABLE" in done.output and "no clean audit" in done.output


@pytest.mark.parametrize(
    ("pip_audit", "osv"), [((1, BAD), (0, OSV_CLEAN)), ((0, CLEAN), (1, OSV_BAD)), ((1, BAD), (127, ""))]
)
def test_a_finding_without_a_reason_fails_also_when_the_other_scanner_is_silent(
    monkeypatch: pytest.MonkeyPatch, pip_audit: tuple[int, str], osv: tuple[int, str]
) -> None:
    done = run(monkeypatch, pip_audit, osv)
    assert done.exit_code == 1 and "PYSEC-2026-1 in httpx 1.0" in done.output


def test_a_written_reason_holds_for_its_package_until_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (1, BAD), (1, OSV_BAD), REASON).exit_code == 0
    found = [Vulnerability("PYSEC-2026-1", "httpx", "1.0", ("CVE-2026-1",))]
    assert open_findings(found, [REASON], date(2026, 1, 1)) == []
    assert open_findings(found, [REASON], date(2999, 1, 2)) == found
    assert open_findings(found, [Reason("CVE-2026-1", "other", "x", date(2999, 1, 1))], date(2026, 1, 1)) == found


def test_the_reasons_file_can_be_read_and_wants_a_sentence_and_a_day(tmp_path: Path) -> None:
    assert all(one.until > date(2026, 1, 1) for one in read_reasons())
    for entry in (
        'id = "x"',
        'id = "x"\npackage = "p"\nwhy = "short"\nuntil = 2027-01-01',
        'id = "x"\npackage = "p"\nwhy = "A long enough reason."\nuntil = "soon"',
    ):
        (tmp_path / "bad.toml").write_text(f"[[finding]]\n{entry}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="needs id, package"):
            read_reasons(tmp_path / "bad.toml")


def test_a_scanner_that_is_missing_is_not_reachable() -> None:
    with pytest.raises(NotReachable, match="not installed"):
        audit._run(["no-such-scanner-anywhere"])
