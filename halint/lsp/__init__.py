"""The language server: what `halint check` says, in an editor, as one types."""
