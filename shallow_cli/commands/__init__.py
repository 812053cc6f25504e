"""One file per command: its options, then the plain function that scripts call.

Nothing heavy is imported before a command runs, and annotations are not postponed: Typer would
have to evaluate every one of them at each start, also for `shallow --help`.
"""
