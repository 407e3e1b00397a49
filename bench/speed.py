"""Speed against crm_verify, in the same run: ratios, not times.

Prints two lines: a cold `halint check cib.xml corosync.conf` against `crm_verify -x cib.xml` (aim: at most 8 times),
and all of a folder of CIBs in one halint process against one crm_verify process a file (aim: at least 5 times faster).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CASE = ROOT / "fixtures" / "clean" / "two-node"


def main() -> int:
    """Run both comparisons; 2 where the peer is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cts", type=Path, default=Path(os.environ.get("HALINT_CORPUS", ROOT.parent / "shared" / "corpus")) / "cts"
    )
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    if shutil.which("crm_verify") is None:
        print("crm_verify is not installed: nothing to compare with")
        return 2
    cold(arguments.runs)
    if arguments.cts.is_dir():
        many(sorted(arguments.cts.glob("*.xml")))
    return 0


def cold(runs: int) -> None:
    """One small cluster, every process started anew, runs taken in turn."""
    halint = [
        sys.executable,
        "-m",
        "halint",
        "check",
        "--exit-zero",
        str(CASE / "cib.xml"),
        str(CASE / "corosync.conf"),
    ]
    peer = ["crm_verify", "-x", str(CASE / "cib.xml")]
    bare = [sys.executable, "-I", "-c", "pass"]
    timed = [(seconds(halint), seconds(peer), seconds(bare)) for _ in range(runs)]
    ours, theirs, start = (statistics.median(column) for column in zip(*timed, strict=True))
    print(f"cold check: {ours / theirs:.1f} times crm_verify (aim: at most 8)")
    print(f"  of which the bare Python interpreter: {start / theirs:.1f} times")


def many(files: list[Path]) -> None:
    """A folder of CIBs."""
    ours = seconds([sys.executable, "-m", "halint", "check", "--exit-zero", "--format", "json", *map(str, files)])
    theirs = sum(seconds(["crm_verify", "-x", str(file)]) for file in files)
    print(f"{len(files)} CIBs: {theirs / ours:.1f} times faster than a crm_verify process each (aim: at least 5)")


def seconds(command: list[str]) -> float:
    """The wall time of one process; its output is dropped."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
