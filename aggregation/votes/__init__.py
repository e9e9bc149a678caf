"""What was answered, and what is known beside it."""
