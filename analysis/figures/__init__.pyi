"""The names that the face hands on, for type checkers and editors."""

from .accuracy import accuracy_figure as accuracy_figure
from .agreement import agreement_figure as agreement_figure
from .bands import bands_figure as bands_figure
from .calibration import calibration_figure as calibration_figure
from .comparison import comparison_figure as comparison_figure
from .curve import figure3 as figure3
from .diagnostics import model_check_figure as model_check_figure
from .diagnostics import without_figure as without_figure
from .drawing import (
    figure_bytes as figure_bytes,
)
from .drawing import (
    figure_files as figure_files,
)
from .drawing import (
    take_caption as take_caption,
)
from .error_rates import error_rates_figure as error_rates_figure
from .more_votes import more_votes_figure as more_votes_figure
from .ranks import ranks_figure as ranks_figure
from .rater_report import rater_figures as rater_figures
from .raters import golden_em_figure as golden_em_figure
from .raters import raters_figure as raters_figure
from .votes_comparison import votes_comparison_figure as votes_comparison_figure
