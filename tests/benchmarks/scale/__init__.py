"""The benchmark of stores."""
