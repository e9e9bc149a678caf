"""What commands write and print: files by name, and tables for reading."""
