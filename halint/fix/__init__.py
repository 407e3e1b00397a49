"""Fixes of corosync.conf: what would mend a finding, whether it does, and how the file is rewritten."""
