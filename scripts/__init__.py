"""The `reassess` command, one file per subcommand."""
