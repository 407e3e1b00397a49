"""What configurations mean: dataclasses, values, and how trees become models."""
