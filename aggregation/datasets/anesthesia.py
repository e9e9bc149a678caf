"""Small published votes that come with the package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..votes.votes import Votes

# Dawid & Skene (1979), Table 1: a patient a word, and in it the responses of observer 1, who saw
# each patient three times, and of observers 2 to 5.
RESPONSES = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223
2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111
2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222
1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
OBSERVERS = (1, 1, 1, 2, 3, 4, 5)


def load_anesthesia() -> Votes:
    """Votes of five anaesthetists on 45 patients' fitness for anaesthesia.

    Observer 1 judged every patient three times, the others once. Fitness is rated from 1 to 4.
    Patients are items 1 to 45, observers are raters 1 to 5.

    The paper's solution, which EM from vote shares comes to, is a local maximum of the likelihood:
    -192.891 nats; with ``restarts=300`` 20 of 301 starts come to -191.569, where patient 12 is
    judged 2 instead of 3.

    Returns
    -------
    Votes
        315 of them.

    References
    ----------
    Dawid & Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
    algorithm, Applied Statistics 28(1), Table 1. In some copies patient 7 has the responses 1, 1, 2
    of observer 1; in the paper they are 1, 2, 2.

    Examples
    --------
    >>> load_anesthesia()
    Votes(315 votes: 45 items, 5 raters, 4 answers)
    """
    responses = np.array([list(map(int, patient)) for patient in RESPONSES.split()])
    patients, columns = np.indices(responses.shape).reshape(2, -1)
    votes = Votes.from_triples(
        patients, np.array(OBSERVERS)[columns] - 1, responses.reshape(-1) - 1
    )
    return replace(
        votes, item_names=range(1, 46), rater_names=range(1, 6), answer_names=range(1, 5)
    )
