"""crowd-kit's classes: see `aggregation.crowdkit`, from which they are imported."""
