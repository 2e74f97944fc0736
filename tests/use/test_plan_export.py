"""Exporting plan files: what comes in goes out equal."""

