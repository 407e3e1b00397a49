"""Readers: a module a file format, text to tree with positions."""
