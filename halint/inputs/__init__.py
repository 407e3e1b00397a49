"""Which files to read, of which kind, of which node and cluster."""
