"""Who is good, who copies, how far they agree."""
