"""What the code must survive: damaged files, evil names, evil arguments."""
