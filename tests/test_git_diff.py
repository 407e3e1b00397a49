"""`halint git-diff` as git calls it, in a real repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples import whole_cib

from halint.cli.main import main

PASSWORD_PAIR = '<nvpair id="p" name="passwd" value="hunter2"/>'  # noqa: S105 - made up


@pytest.fixture
def repository(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "diff.halint.command", f"{sys.executable} -m halint git-diff")
    (tmp_path / ".gitattributes").write_text("*.xml diff=halint\n")
    return tmp_path


def git(folder, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(folder, name, text):
    (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")


def web(value, more=""):
    return whole_cib(
        "<resources>\n"
        '<primitive id="web" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="i">\n'
        f'<nvpair id="ip" name="ip" value="{value}"/>\n{more}\n'
        "</instance_attributes></primitive>\n</resources>\n"
    )


def test_a_change_is_told_by_its_meaning(repository):
    commit(repository, "cib.xml", web("192.0.2.1"))
    (repository / "cib.xml").write_text(web("192.0.2.2"))
    head, *rest = git(repository, "diff").splitlines()
    assert head == "diff --halint a/cib.xml b/cib.xml"
    assert any("web › ip" in line and "192.0.2.1 → 192.0.2.2" in line for line in rest), rest


def test_a_new_spelling_is_no_change(repository):
    text = web("192.0.2.1")
    commit(repository, "cib.xml", text)
    (repository / "cib.xml").write_text(text.replace('id="ip"', 'id="other"'))
    assert git(repository, "diff").splitlines() == ["diff --halint a/cib.xml b/cib.xml", "the meaning is the same"]


def test_added_removed_renamed_and_with_another_mode(repository):
    commit(repository, "cib.xml", web("192.0.2.1"))
    added = git(repository, "show", "--ext-diff", "--root", "HEAD")
    assert "diff --halint a/cib.xml b/cib.xml\nnew file mode 100644\n" in added
    assert "+ primitive web" in added
    git(repository, "mv", "cib.xml", "new.xml")
    renamed = git(repository, "diff", "HEAD", "-M", "--ext-diff")
    assert renamed.splitlines()[:3] == [
        "diff --halint a/cib.xml b/new.xml",
        "rename from cib.xml",
        "rename to new.xml",
    ]
    git(repository, "commit", "-qam", "y")
    (repository / "new.xml").chmod(0o755)
    assert git(repository, "diff").splitlines()[1:] == ["old mode 100644", "new mode 100755"]
    (repository / "new.xml").unlink()
    removed = git(repository, "diff", "HEAD")
    assert "deleted file mode 100644\n" in removed
    assert "- primitive web" in removed


def test_what_is_no_cib_is_shown_as_text_without_secrets(repository):
    commit(repository, "cib.xml", web("192.0.2.1", PASSWORD_PAIR))
    (repository / "cib.xml").write_text(
        web("192.0.2.2", PASSWORD_PAIR.replace("hunter2", "hunter3")).replace("<cib", "<<cib")
    )
    shown = git(repository, "diff")
    assert "b/cib.xml: not well-formed XML" in shown
    assert "--- a/cib.xml\n+++ b/cib.xml\n" in shown
    assert "hunter" not in shown
    assert 'name="passwd" value="********"' in shown


def test_a_secret_on_a_line_of_its_own_is_masked_too(repository):
    over_lines = PASSWORD_PAIR.replace('" value', '"\n value')
    commit(repository, "cib.xml", web("192.0.2.1", over_lines))
    (repository / "cib.xml").write_text(
        web("192.0.2.2", over_lines.replace("hunter2", "hunter3")).replace("<cib", "<<cib")
    )
    shown = git(repository, "diff")
    assert "hunter" not in shown
    assert ' value="********"' in shown


def test_other_xml_is_shown_as_text(repository):
    commit(repository, "pom.xml", "<project>\n <a/>\n</project>\n")
    (repository / "pom.xml").write_text("<project>\n <b/>\n</project>\n")
    shown = git(repository, "diff")
    assert "a/pom.xml: is XML, but holds no cib element (its outermost element is project); the text differs:" in shown
    assert "- <a/>\n+ <b/>\n" in shown


def test_wrong_use_and_an_unmerged_path(capsys):
    assert main(["git-diff", "cib.xml"]) == 0
    assert capsys.readouterr().out == "* Unmerged path cib.xml\n"
    assert main(["git-diff", "a", "b"]) == 2
    assert capsys.readouterr().err == (
        "halint: git-diff: git calls it with 7 arguments, or 9 after a rename; here are 2\n"
    )
    assert main(["git-diff", "a", str(Path("/nowhere")), "0", "100644", str(Path("/dev/null")), "0", "0"]) == 2
    assert capsys.readouterr().err == "halint: /nowhere: cannot be read: No such file or directory\n"
