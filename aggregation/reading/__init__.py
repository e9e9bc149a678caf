"""What users have, to coded columns or cells."""
