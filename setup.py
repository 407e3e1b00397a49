"""Builds halint with its rules and facts compiled, so that no YAML is parsed at start."""

import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class BuildWithData(build_py):
    """build_py that writes the compiled rules and facts beside the YAML files."""

    def run(self) -> None:
        """Build the modules, then compile with them; an editable install compiles when first run instead."""
        super().run()
        if self.editable_mode:
            return
        built = Path(self.build_lib).resolve()
        sys.path.insert(0, str(built))
        from halint.engine.rulefile import compile_folder  # noqa: PLC0415 - what was just built
        from halint.schema_data import write_compiled  # noqa: PLC0415 - as above

        write_compiled(built / "halint", compile_folder(built / "halint" / "rules"))


setup(
    packages=[*find_packages(include=["halint", "halint.*"]), "halint.rules", "halint.schemas"],
    package_data={
        "halint": ["py.typed"],
        "halint.output.html": ["*.css", "*.js"],
        "halint.rules": ["*/*.yaml"],
        "halint.schemas": ["*.yaml", "*.json"],
    },
    cmdclass={"build_py": BuildWithData},
)
