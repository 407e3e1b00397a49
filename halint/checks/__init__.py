"""Python checks, a module a topic."""
