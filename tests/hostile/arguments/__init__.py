"""Arguments that public functions cannot use."""
