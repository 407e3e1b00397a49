"""Paths that stay the same wherever halint is started."""

from __future__ import annotations

import os


def relative(file: str, folder: str) -> str:
    """A file's path, as shown, from a folder, with forward slashes; links in the way to either are followed."""
    parent, name = os.path.split(file)
    return os.path.relpath(os.path.join(_real(parent), name), _real(folder)).replace(os.sep, "/")  # noqa: PTH118 - text


def _real(folder: str) -> str:
    return os.path.realpath(folder or ".")
