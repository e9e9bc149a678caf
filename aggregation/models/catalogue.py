"""Every method by its name: its function, what it can take, and who described it.

Nothing here is imported before it is used, so that the names can be listed at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import VoteError

if TYPE_CHECKING:
    from ..votes.store.store import VoteStore
    from ..votes.votes import Votes
    from .aggregated import Aggregated, ObjectiveKind

# What is taken where no method is named: on thin votes and long tails maximum likelihood falls far
# below the votes, and is sure of it; priors, and classes anchored to the vote shares, hold it.
DEFAULT_METHOD = "ibcc"


@dataclass(frozen=True)
class Method:
    """A method of aggregation under the name that it has on the command line; call it on votes.

    Attributes
    ----------
    name : str
    title : str
        What it is, in half a line.
    place : str
        Module below this folder, and function: ``module:function``.
    objective_kind : {"log likelihood", "log posterior", "elbo", "score"}
        What it maximises.
    reference : str
        Who described it.
    fixed : mapping
        Options of the function that the name stands for.
    other_classes : bool
        Whether there may be other classes than answers.
    by_chance : bool
        Whether the default result depends on a seed, and so on the order of items, raters, classes.
    in_order : bool
        Whether the result depends on the order of the items.
    by_passes : bool
        Whether it takes a store of votes, too: of which it returns a :class:`StoreAggregation`, or
        of Dawid & Skene's model a :class:`StoreFit`.
    """

    name: str
    title: str
    place: str
    objective_kind: ObjectiveKind
    reference: str
    fixed: Mapping[str, Any] = field(default_factory=dict)
    other_classes: bool = False
    by_chance: bool = False
    in_order: bool = False
    by_passes: bool = False

    @property
    def function(self) -> Callable[..., Aggregated]:
        """The function of votes and options."""
        module, _, function = self.place.partition(":")
        found: Callable[..., Aggregated] = getattr(
            import_module(f".{module}", __package__), function
        )
        return found

    @property
    def takes(self) -> frozenset[str]:
        """Names of the options that can be given: those of the function that are not fixed."""
        return frozenset([*inspect.signature(self.function).parameters][1:]) - set(self.fixed)

    def __call__(self, votes: Votes | VoteStore, **options: Any) -> Aggregated:
        """Aggregate votes; an option that the method does not take is a VoteError."""
        for option in options:
            if option not in self.takes:
                raise VoteError(
                    f"{self.name} takes no {option}=; it takes {', '.join(sorted(self.takes))}"
                )
        from ..votes.store.store import VoteStore

        if isinstance(votes, VoteStore) and not self.by_passes:
            raise VoteError(
                f"{self.name} needs all votes in memory (store.votes()): from a store there are "
                f"{', '.join(method.name for method in METHODS.values() if method.by_passes)}"
            )
        return self.function(votes, **self.fixed, **options)


def method_of(name: str) -> Method:
    """Return a method by its name; one that is not there is a VoteError.

    Examples
    --------
    >>> from aggregation import Votes
    >>> method_of("vote-share")(Votes.from_triples([0, 0], [0, 1], [1, 1])).posterior
    array([[0., 1.]])
    """
    if name not in METHODS:
        raise VoteError(f"method {name!r} is not one of {', '.join(METHODS)}")
    return METHODS[name]


# Takes a classifier beside the votes, and so is no method of votes alone.
CROWDLAB = Method(
    "crowdlab",
    "a classifier's probabilities and the votes, weighted by how far they agree",
    "crowdlab:fit_crowdlab",
    "score",
    "Goh, Tkachenko & Mueller (2022), CROWDLAB, arXiv 2210.06812",
)

#: Every :class:`Method` of aggregation by the name that it has on the command line.
METHODS = {
    method.name: method
    for method in (
        Method(
            "vote-share",
            "each item's share of every answer",
            "vote_share:vote_share",
            "score",
            "",
            by_passes=True,
        ),
        Method(
            "wawa",
            "votes weighted by agreement with the majority",
            "weighted_votes:fit_wawa",
            "score",
            "Appen, worker agreement with aggregate",
            by_passes=True,
        ),
        Method(
            "zbs",
            "votes weighted by a skill that follows agreement with the weighted majority",
            "weighted_votes:fit_zbs",
            "score",
            "Ustalov, Pavlichenko & Tseitlin (2024), Journal of Open Source Software 9(96)",
            by_passes=True,
        ),
        Method(
            "catd",
            "votes weighted by how sure a rater's errors are",
            "weighted_votes:fit_catd",
            "score",
            "Li et al. (2014), A confidence-aware approach for truth discovery, PVLDB 8(4)",
            by_passes=True,
        ),
        Method(
            "la",
            "votes weighted by abilities that follow the winning answers, in two passes",
            "la:fit_la",
            "score",
            "Yang et al. (2024), A lightweight, effective and efficient model, ACM TKDD",
            in_order=True,
        ),
        Method(
            "dawid-skene",
            "an error rate for each rater, class and answer, by maximum likelihood",
            "dawid_skene.fitting:fit_dawid_skene",
            "log likelihood",
            "Dawid & Skene (1979), Applied Statistics 28(1), 20-28",
            other_classes=True,
            by_passes=True,
        ),
        Method(
            "dawid-skene-map",
            "the same with pseudo-counts of 0.1, and 0.5 more where the answer is the class",
            "dawid_skene.fitting:fit_dawid_skene",
            "log posterior",
            "Dawid & Skene (1979), Applied Statistics 28(1), 20-28; the pseudo-counts are ours",
            fixed={"pseudo_count": "diagonal"},
            by_passes=True,
        ),
        Method(
            "one-coin",
            "each rater right with one probability, by maximum likelihood",
            "dawid_skene.fitting:fit_dawid_skene",
            "log likelihood",
            "Demartini, Difallah & Cudré-Mauroux (2012), ZenCrowd, WWW, without its start",
            fixed={"family": "one-coin"},
            by_passes=True,
        ),
        Method(
            "one-coin-bayes",
            "each rater right with one probability, by mean-field variational Bayes",
            "one_coin:fit_one_coin_bayes",
            "elbo",
            "Liu, Peng & Ihler (2012), Variational inference for crowdsourcing, NIPS 25",
            by_passes=True,
        ),
        Method(
            "ibcc",
            "Dawid & Skene's model with priors, by mean-field variational Bayes",
            "ibcc:fit_ibcc",
            "elbo",
            "Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS",
            fixed={"learn": False},
            other_classes=True,
            by_passes=True,
        ),
        Method(
            "ibcc-learned",
            "ibcc with the raters' prior learned from the votes",
            "ibcc:fit_ibcc",
            "elbo",
            "Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS",
            fixed={"learn": True},
            other_classes=True,
            by_passes=True,
        ),
        Method(
            "ibcc-gibbs",
            "ibcc by collapsed Gibbs sampling: no mean field, so less overconfident",
            "gibbs:sample_ibcc",
            "score",
            "Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS",
            other_classes=True,
            by_chance=True,
        ),
        Method(
            "ebcc",
            "raters who err together in groups of items, by mean-field variational Bayes",
            "ebcc:fit_ebcc",
            "elbo",
            "Li, Rubinstein & Cohn (2019), Exploiting worker correlation, ICML",
            other_classes=True,
            by_chance=True,
            by_passes=True,
        ),
        Method(
            "mace",
            "each rater knows the class or spams, by mean-field variational Bayes",
            "mace:fit_mace",
            "elbo",
            "Hovy et al. (2013), Learning whom to trust with MACE, NAACL",
            by_passes=True,
        ),
        Method(
            "mace-em",
            "each rater knows the class or spams, by EM",
            "mace:fit_mace_em",
            "log posterior",
            "Hovy et al. (2013), Learning whom to trust with MACE, NAACL",
            by_passes=True,
        ),
        Method(
            "glad",
            "each rater has an ability, and each item is easier or harder, by direct maximisation",
            "glad:fit_glad",
            "log posterior",
            "Whitehill et al. (2009), Whose vote should count more, NIPS 22",
        ),
        Method(
            "bwa",
            "votes as measurements, each rater with a precision in each class",
            "bwa:fit_bwa",
            "log posterior",
            "Li, Rubinstein & Cohn (2019), Truth inference at scale, WWW",
            by_passes=True,
        ),
        Method(
            "mean",
            "mean posterior of nine methods, from votes to ebcc",
            "mean:fit_mean",
            "score",
            "",
            by_chance=True,
        ),
    )
}
