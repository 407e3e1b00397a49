"""`python -m halint`."""

from halint.cli.main import entry_point

if __name__ == "__main__":
    entry_point()
