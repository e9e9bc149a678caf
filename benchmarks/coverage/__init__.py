"""How often intervals cover what they are of, and tests keep what is true: by simulation."""
