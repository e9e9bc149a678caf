"""One page on anyone's own votes: labels, raters, pairs, and whether the model holds."""
