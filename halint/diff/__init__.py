"""What pushing one CIB over another changes, whether the cluster takes it, and what it does then."""
