"""Expected logarithms under Dirichlet distributions, and how far these are from their priors."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# From here on the two series below are exact to the last bits of a double.
SERIES_FROM = 10.0
# A product is at most 1e10 times as large as the one before.
LARGE = 1e200
HALF_LOG_2_PI = 0.5 * np.log(2 * np.pi)


@kernel
def digamma_and_log_gamma(x: float) -> tuple[float, float]:
    """Return both functions of a positive number."""
    digamma, log_gamma, product = shifted(x)
    return digamma, log_gamma - np.log(product)


@kernel
def shifted(x: float) -> tuple[float, float, float]:
    """Return digamma, and what log gamma is with the logarithm of a product taken away.

    Stirling's series and its derivative (Abramowitz & Stegun 6.1.41 and 6.3.18), after
    ``gamma(x + n) = x (x + 1) ... (x + n - 1) gamma(x)`` has led to where they hold.
    """
    product, derivative = 1.0, 0.0
    while x < SERIES_FROM:
        derivative = derivative * x + product
        product *= x
        x += 1.0
    log, y = np.log(x), 1.0 / x
    z = y * y
    digamma = log - 0.5 * y
    digamma -= z * (
        1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * 691 / 32760))))
    )
    log_gamma = (x - 0.5) * log - x + HALF_LOG_2_PI
    log_gamma += y * (
        1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * 691 / 360360))))
    )
    return digamma - derivative / product, log_gamma, product


@kernel
def logarithms_of_prior(
    prior: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return digamma and log gamma of counts, (n_answers, n_classes), and what each row adds.

    The last is, class by class, the log gammas less that of their sum.
    """
    n_answers, n_classes = prior.shape
    digammas, log_gammas = np.zeros((n_answers, n_classes)), np.zeros((n_answers, n_classes))
    log_norms = np.zeros(n_classes)
    for k in range(n_classes):
        total = 0.0
        for a in range(n_answers):
            total += prior[a, k]
            if prior[a, k] > 0.0:
                digammas[a, k], log_gammas[a, k] = digamma_and_log_gamma(prior[a, k])
                log_norms[k] += log_gammas[a, k]
        log_norms[k] -= digamma_and_log_gamma(total)[1]
    return digammas, log_gammas, log_norms


@kernel
def expected_logarithms(
    counts: NDArray[np.float64],
    prior: NDArray[np.float64],
    digammas: NDArray[np.float64],
    log_gammas: NDArray[np.float64],
    log_norms: NDArray[np.float64],
    rates: NDArray[np.float64],
) -> float:
    """Fill ``exp(E log p)`` of many rows of probabilities; return their divergence from the prior.

    Each p is Dirichlet with `counts`, of shape (n_raters, n_answers, n_classes), along the answers;
    `prior` are counts of shape (n_answers, n_classes), the same for all raters, and what follows is
    :func:`logarithms_of_prior`. Returned is the sum of the Kullback-Leibler divergences in nats.
    Where counts are 0, so is the probability.
    """
    n_raters, n_answers, n_classes = counts.shape
    divergence = 0.0
    for r in range(n_raters):
        for k in range(n_classes):
            total = 0.0
            for a in range(n_answers):
                total += counts[r, a, k]
            of_total, log_norm = digamma_and_log_gamma(total)
            of_row, products = log_norm + log_norms[k], 1.0
            for a in range(n_answers):
                count = counts[r, a, k]
                if count == 0.0:
                    rates[r, a, k] = 0.0
                    continue
                if count == prior[a, k]:  # most answers of most raters were never given
                    digamma, log_gamma = digammas[a, k], log_gammas[a, k]
                else:
                    digamma, log_gamma, product = shifted(count)
                    products *= product
                    if products > LARGE:  # logarithms are slow: they are taken of products
                        of_row += np.log(products)
                        products = 1.0
                expected = digamma - of_total
                rates[r, a, k] = np.exp(expected)
                of_row += (count - prior[a, k]) * expected - log_gamma
            divergence += of_row + np.log(products)
    return divergence
