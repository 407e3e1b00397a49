"""The command line: a module a command, arguments in, text and exit status out."""
