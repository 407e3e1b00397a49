"""halint: a linter and semantic diff for Pacemaker and Corosync configuration."""

__version__ = "0.1.0"
