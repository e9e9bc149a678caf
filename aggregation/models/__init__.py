"""One method a file; each is a function of Votes and returns a fit."""
