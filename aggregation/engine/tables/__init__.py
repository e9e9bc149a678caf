"""Tables of raters x answers x classes: how large ones are filled, and whether there is room."""
