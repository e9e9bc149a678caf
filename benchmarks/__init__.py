"""How fast this project is and how much memory it takes, beside its peers: ``make bench``."""
