"""What this package raises and warns with."""


class VoteError(ValueError):
    """Votes, truth or parameters that cannot be used; the message says which and how to mend it."""


class ConvergenceWarning(UserWarning):
    """EM stopped because it ran out of steps, not because it had converged."""


class IdentifiabilityWarning(UserWarning):
    """The votes cannot tell some of the model's parameters; the message names the cause."""
