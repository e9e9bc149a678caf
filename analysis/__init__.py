"""The ReaL release: load it, recompute what was published, choose other operating points."""

from .accuracy_curve import accuracy_curve
from .accuracy_table import accuracy_table
from .agreement import agreement, agreement_of_two, cohen_kappa, scott_pi
from .bands import precision_recall_bands
from .calibration import measure_calibration
from .comparison import compare_methods
from .errors import ReleaseError
from .golden import rater_accuracy
from .golden_difference import golden_difference
from .label_diff import diff_labels
from .label_sets import make_labels, threshold_interval
from .model_check import check_model
from .more_votes import more_votes
from .near_copies import near_copies
from .operating_point import choose_threshold
from .out_of_sample import out_of_sample_scores
from .paired import compare_models
from .precision_recall import precision_recall
from .prediction_files import load_predictions, read_predictions
from .prediction_order import find_order
from .predictions import ranked_labels
from .published import published_labels, published_scores
from .rater_pairs import pairs_of_fit, rater_pairs
from .rater_quality import rater_quality
from .rater_report import report_on_release, report_on_votes
from .real_accuracy import accuracy_by_class, real_accuracy
from .real_labels import RealLabelsImagenet
from .recalibration import recalibrate
from .release import Release, load_release
from .retest import retest
from .without_raters import without_raters
from .wordnet_ids import load_synsets

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
    "find_order",
    "golden_difference",
    "load_predictions",
    "load_release",
    "load_synsets",
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
