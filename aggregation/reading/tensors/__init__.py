"""A dense tensor of votes from an npz file, read as a stream."""
