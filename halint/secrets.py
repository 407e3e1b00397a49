"""Which names hold secrets, and what is shown in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "********"

# fence-agents' metadata: passwd, password, snmp_priv_passwd, secret_key, community, token; reports mask the same
_SECRET = re.compile(
    r"passw|passphrase|secret|(^|[_-])(pass|pwd|token|community|credentials?|api_?key|private_?key|access_?key)([_-]|$)",
    re.IGNORECASE,
)
# A path to a script or file, not the secret itself; login names are not secrets
_REFERENCE = re.compile(r"(_script|_file|_path)$", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)(?=@)")


def is_secret(name: str, value: str) -> bool:
    """Whether a parameter of this name and value must never be shown."""
    if not value or value.startswith("lrm://") or _REFERENCE.search(name):
        return False
    return bool(_SECRET.search(name))


def mask_urls(text: str) -> str:
    """`text` with passwords inside URLs replaced."""
    return _URL_PASSWORD.sub(rf"\1:{MASK}", text) if "://" in text else text


def url_passwords(text: str) -> Iterator[tuple[int, int]]:
    """Where passwords inside URLs begin and end in `text`, counted from 0, the end exclusive."""
    if "://" in text:
        yield from (found.span(2) for found in _URL_PASSWORD.finditer(text))
