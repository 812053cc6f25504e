"""How fast `shallow` is, beside its peers, in one run: `python -m benchmarks`.

Every figure comes from a process of its own, the peers in turns: a foreign pool of threads that
still spins would falsify the next one. Figures of one run are compared, never those of two.
"""
