"""Sets of real votes with known answers: read where they are, described, and never shipped."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, VoteWarning, read_known_items

# Where each was found; a set that is not named here is described all the same.
SOURCES = {
    "snow_rte": "edwinrobots/bayesian_combination_tutorial2",
    "face": "zhydhkcws/zhydhkcws.github.io",
    "dog": "zhangyuc/SpectralMethodsMeetEM",
    "act_MS": "orchidproject/active-crowd-toolkit",
    "act_CF": "orchidproject/active-crowd-toolkit",
    "act_ZenCrowd_us": "orchidproject/active-crowd-toolkit",
    "labelme": "fmenat/PyLearningCrowds",
    "web": "zhangyuc/SpectralMethodsMeetEM",
    "D_Product": "zhydhkcws/zhydhkcws.github.io",
    "adult2": "ipeirotis/Get-Another-Label",
    "barzan": "ipeirotis/Get-Another-Label",
    "trec": "zhangyuc/SpectralMethodsMeetEM",
    "bluebird": "Welinder et al. (2010)",
}


@dataclass(frozen=True, eq=False)
class KnownSet:
    """A set of votes with known answers.

    Attributes
    ----------
    name : str
    file : Path
        Of the votes, a row a vote: item, rater, answer in its first three columns.
    votes : Votes
    truth : ndarray of int64, shape (n_items,)
        Class of each item, or -1 where it is not known.
    """

    name: str
    file: Path
    votes: Votes = field(repr=False)
    truth: NDArray[np.int64] = field(repr=False)


class SetFacts(NamedTuple):
    """What is said of a set."""

    name: str
    votes: int
    raters: int
    items: int
    classes: int
    known: int
    repeated: int
    source: str

    @property
    def votes_an_item(self) -> float:
        """Mean number of votes an item."""
        return self.votes / self.items

    @property
    def votes_a_rater(self) -> float:
        """Mean number of votes a rater."""
        return self.votes / self.raters


def known_sets(folder: Path) -> Iterator[KnownSet]:
    """Read the sets of a folder: ``NAME/votes.csv`` with ``gold.csv``, or ``NAME_votes.csv``."""
    pairs = {
        path.parent.name: (path, path.with_name("gold.csv")) for path in folder.glob("*/votes.csv")
    }
    for path in folder.glob("*_votes.csv"):
        name = path.name.removesuffix("_votes.csv")
        pairs[name] = (path, path.with_name(f"{name}_gold.csv"))
    for name, (file, gold) in sorted(pairs.items(), key=lambda pair: pair[0].lower()):
        if not gold.is_file():
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VoteWarning)  # repeated votes count, and are counted
            votes = Votes.read(file)
        yield KnownSet(name, file, votes, read_known_items(gold, votes=votes).truth)


def facts_of(one: KnownSet) -> SetFacts:
    """Describe a set."""
    votes = one.votes
    return SetFacts(
        one.name,
        votes.n_votes,
        int(np.count_nonzero(votes.votes_per_rater())),
        votes.n_items,
        votes.n_answers,
        int(np.count_nonzero(one.truth >= 0)),
        int(votes.repeats().sum()),
        SOURCES.get(one.name, ""),
    )
