"""The tests that run on the oldest and the newest versions of everything: a bit of every room.

They use each dependency in each way that the packages do, and take less than two minutes.
"""

FILES = {
    f"tests/{name}.py"
    for name in (
        "aggregation/kernels/test_kept",
        "aggregation/kernels/test_text",
        "aggregation/models/test_aggregate",
        "aggregation/models/test_vote_share",
        "aggregation/reading/test_frames",
        "aggregation/test_table",
        "aggregation/votes/test_read_formats",
        "analysis/figures/test_curve",
        "analysis/release/files/test_transfer",
        "analysis/release/files/test_writing",
        "analysis/release/simulated/test_drawn_release_files",
        "scripts/commands/test_fit",
        "scripts/commands/test_reproduce",
        "scripts/test_interrupts",
        "scripts/test_main",
    )
}
