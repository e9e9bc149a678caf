"""How sure a fit is, and which model is better."""
