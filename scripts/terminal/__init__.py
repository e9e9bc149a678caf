"""What the subcommands share: options, messages, files, and words."""
