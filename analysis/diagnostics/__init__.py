"""Does the model hold, and what would more votes buy."""
