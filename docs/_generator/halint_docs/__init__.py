"""The generated pages of the documentation, made of halint's own rule files, tables and command line.

`halint_docs.pages.pages()` is all of them, as Markdown by path.
"""
