"""The one exception of halint: wrong use, told in a sentence; the command line exits with 2."""


class HalintError(Exception):
    """Wrong use, a bad rule or configuration file, or an input that cannot be read at all."""
