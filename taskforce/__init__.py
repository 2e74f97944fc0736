"""Taskforce: the system of record for national coordination mechanisms."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("taskforce")
except PackageNotFoundError:  # a checkout whose package is not installed
    __version__ = "0.0.0"
