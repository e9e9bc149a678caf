"""From a table to votes: which columns are which, and how votes lie in them."""
