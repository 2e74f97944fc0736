"""Tests reach this machine and nothing else."""

import socket

import pytest


def test_nothing_beyond_this_machine_is_reached() -> None:
    """A connection to another address fails at once, before anything is sent."""
    with pytest.raises(Exception, match=r'host "192\.0\.2\.1" \(allowed'):  # of no one class: it also warns
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_this_machine_is_reached() -> None:
    """A server of our own, such as the one that a browser opens, can be asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=1) as line:
            line.sendall(b"hello")
        answered, _ = server.accept()
        with answered:
            heard = answered.recv(5)

    assert heard == b"hello"
