"""Ways to make scores, and how they compare on golden questions."""
