"""Whether a CIB is what a schema of Pacemaker allows, and which schemas a cluster knows."""
