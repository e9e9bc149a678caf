"""The ReaL release: load it, recompute what was published, choose other operating points."""

from .accuracy.curve import accuracy_curve
from .accuracy.paired import compare_models
from .accuracy.prediction_files import read_predictions
from .accuracy.predictions import ranked_labels
from .accuracy.real_accuracy import accuracy_by_class, real_accuracy
from .accuracy.real_labels import RealLabelsImagenet
from .accuracy.table import accuracy_table
from .diagnostics.model_check import check_model
from .diagnostics.more_votes import more_votes
from .errors import ReleaseError
from .raters.agreement.agreement import agreement, agreement_of_two, cohen_kappa, scott_pi
from .raters.agreement.retest import retest
from .raters.golden.accuracy import rater_accuracy
from .raters.golden.difference import golden_difference
from .raters.pairs.near_copies import near_copies
from .raters.pairs.pairs import pairs_of_fit, rater_pairs
from .raters.quality.quality import rater_quality
from .raters.report import report_on_release, report_on_votes
from .release.labels.diff import diff_labels
from .release.labels.label_sets import make_labels, threshold_interval
from .release.published import published_labels, published_scores
from .release.release import Release, load_release
from .scores.methods.comparison import compare_methods
from .scores.methods.out_of_sample import out_of_sample_scores
from .scores.methods.without_raters import without_raters
from .scores.recalibration import recalibrate
from .statistics.bands import precision_recall_bands
from .statistics.calibration import measure_calibration
from .statistics.operating_point import choose_threshold
from .statistics.precision_recall import precision_recall

__all__ = [
    "RealLabelsImagenet",
    "Release",
    "ReleaseError",
    "accuracy_by_class",
    "accuracy_curve",
    "accuracy_table",
    "agreement",
    "agreement_of_two",
    "check_model",
    "choose_threshold",
    "cohen_kappa",
    "compare_methods",
    "compare_models",
    "diff_labels",
    "golden_difference",
    "load_release",
    "make_labels",
    "measure_calibration",
    "more_votes",
    "near_copies",
    "out_of_sample_scores",
    "pairs_of_fit",
    "precision_recall",
    "precision_recall_bands",
    "published_labels",
    "published_scores",
    "ranked_labels",
    "rater_accuracy",
    "rater_pairs",
    "rater_quality",
    "read_predictions",
    "real_accuracy",
    "recalibrate",
    "report_on_release",
    "report_on_votes",
    "retest",
    "scott_pi",
    "threshold_interval",
    "without_raters",
]
