"""Taskforce: the system of record for national coordination mechanisms."""
