"""What an argument is where nothing is said: one place for Python and the command line."""

# A label is kept in real.json from this score on.
THRESHOLD = 0.8
# Parts of the golden images that are left out in turn.
FOLDS = 10
# Draws of a bootstrap over images.
REPLICATES = 2000
CONFIDENCE = 0.95
# Of figures, by the file's ending.
FORMATS = ("png", "pdf")
# Raters in a heat map: more have no room for their names.
SHOWN_RATERS = 60
