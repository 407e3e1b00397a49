"""`halint check --fix-script`: what mends the findings, as a shell script."""

from __future__ import annotations

import sys

from halint.cli.check import make_report, remark
from halint.cli.options import CheckOptions
from halint.errors import HalintError


def fix_script(options: CheckOptions) -> int:
    """Print the script and return the exit status of the check. Raises HalintError for several clusters."""
    from halint.output.fix_script import render_fix_script  # noqa: PLC0415 - most checks print no script

    if options.format or options.output or options.output_file:
        raise HalintError("--fix-script prints a script, and takes no --format or --output")
    report = make_report(options)
    if report.clusters > 1:
        names = ", ".join(sorted({finding.cluster for finding in report.findings}))
        of = f"takes one cluster at a time, and here are {report.clusters}"
        raise HalintError(f"--fix-script {options.fix_script}: {of}{names and f' ({names})'}")
    sys.stdout.write(render_fix_script(report, options.fix_script))
    return remark(report, options)
