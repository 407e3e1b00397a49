"""Examples of rule files, run: what a rule says of them, and whether that is what they expect.

`halint.trial.example.shown(rule, example)` is the text that `halint check` prints for an example.
"""
