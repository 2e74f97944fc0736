"""Speeds, as ratios to the least that could do the same work on the same machine in the same run."""
