"""The lecture's claims, each an experiment."""
