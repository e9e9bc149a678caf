"""Golden questions: which scores are better, and where to cut."""
