"""The configuration file: found, read, checked, and laid over the defaults."""
