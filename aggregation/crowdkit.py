"""crowd-kit's classes over the functions of this package, for those who come from there.

``from aggregation.crowdkit import DawidSkene`` instead of ``from crowdkit.aggregation import
DawidSkene`` is all that changes: arguments, attributes, index names, columns and dtypes are those
of crowd-kit 1.4.2. What is computed is this package's, and differs where crowd-kit is wrong; each
class says where. pandas must be installed.
"""

from .models.crowdkit.dawid_skene import DawidSkene, OneCoinDawidSkene
from .models.crowdkit.majority_vote import MajorityVote

__all__ = ["DawidSkene", "MajorityVote", "OneCoinDawidSkene"]
