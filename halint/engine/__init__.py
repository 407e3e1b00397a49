"""Rules, how they are loaded, and how they are run."""
