"""Speed against crm_verify, in the same run: ratios, not times.

Installs halint into a folder of its own, as a user would, and prints: a cold `halint check cib.xml corosync.conf`
against `crm_verify -x cib.xml` (aim: at most 8 times), all of a folder of CIBs in one halint process against one
crm_verify process a file (aim: at least 5 times faster), a whole `halint diff` of two CIBs of 5,000 resources against
crm_diff (aim: faster), and how its time grows to 20,000 resources (aim: as the number does).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import large

ROOT = Path(__file__).parent.parent
CASE = ROOT / "fixtures" / "clean" / "two-node"
CORPUS = Path(os.environ.get("HALINT_CORPUS", ROOT.parent / "shared" / "corpus"))


def main() -> int:
    """Run both comparisons; 2 where the peer is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cibs", type=Path, default=CORPUS / "cts", help="a folder of CIBs")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    if shutil.which("crm_verify") is None:
        print("crm_verify is not installed: nothing to compare with")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        halint = installed(Path(folder))
        cold(halint, arguments.runs)
        if arguments.cibs.is_dir():
            many(halint, sorted(arguments.cibs.glob("*.xml")))
        compared(halint, Path(folder))
    return 0


def installed(folder: Path) -> str:
    """The program `halint` in a fresh environment."""
    venv.create(folder / "venv", with_pip=True)
    pip = [str(folder / "venv" / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT)], check=True)
    return str(folder / "venv" / "bin" / "halint")


def cold(halint: str, runs: int) -> None:
    """One small cluster, every process started anew, runs taken in turn; medians."""
    ours = [halint, "check", "--exit-zero", str(CASE / "cib.xml"), str(CASE / "corosync.conf")]
    theirs = ["crm_verify", "-x", str(CASE / "cib.xml")]
    bare = [sys.executable, "-I", "-c", "pass"]
    timed = [(seconds(ours), seconds(theirs), seconds(bare)) for _ in range(runs)]
    check, peer, start = (statistics.median(column) for column in zip(*timed, strict=True))
    print(f"cold check: {check / peer:.1f} times crm_verify (aim: at most 8)")
    print(f"  of which the bare Python interpreter: {start / peer:.1f} times")


def many(halint: str, files: list[Path]) -> None:
    """A folder of CIBs; three rounds in turn, medians."""
    ours = [halint, "check", "--exit-zero", "--format", "json", *map(str, files)]
    rounds = [(seconds(ours), sum(seconds(["crm_verify", "-x", str(file)]) for file in files)) for _ in range(3)]
    check, peer = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"{len(files)} CIBs: {peer / check:.1f} times faster than a crm_verify process each (aim: at least 5)")


def compared(halint: str, folder: Path) -> None:
    """Large CIBs, one resource of a hundred changed, and none; rounds in turn, medians."""
    before, after = large.written(folder, 5000, status=False)
    running, moved = large.written(folder, 5000, status=True)
    rows = (
        ("no change", before, before),
        ("50 changes", before, after),
        ("50 changes, and a status to forecast from", running, moved),
    )
    for name, old, new in rows:
        ours = [halint, "diff", str(old), str(new)]
        theirs = ["crm_diff", "--original", str(old), "--new", str(new)]
        rounds = [(seconds(ours), seconds(theirs)) for _ in range(3)]
        diff, peer = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"diff of 5,000 resources, {name}: {diff / peer:.2f} times crm_diff (aim: below 1)")
    pairs = (large.written(folder, 20000, status=False), (before, after))
    most, some = (min(seconds([halint, "diff", *map(str, pair)]) for _ in range(2)) for pair in pairs)
    print(f"diff of 20,000 resources: {most / some:.1f} times that of 5,000 (aim: about 4)")


def seconds(command: list[str]) -> float:
    """The wall time of one process; its output is dropped."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
