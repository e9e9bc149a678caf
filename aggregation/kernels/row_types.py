"""What rows are made of; see `rows`."""

import numpy as np
from numpy.typing import NDArray

Row = tuple[float, ...]
Array = NDArray[np.float64]
Codes = NDArray[np.int32]
