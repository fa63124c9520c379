"""The guard that closes the network to tests is itself at work."""

import smtplib
import socket

import pytest

from tests.support.network import NetworkForbidden


def test_a_connection_beyond_this_machine_is_refused(refused_connections):
    with pytest.raises(NetworkForbidden):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert refused_connections == ["192.0.2.1"]
    refused_connections.clear()


def test_mail_to_another_machine_is_refused(refused_connections):
    with pytest.raises(NetworkForbidden):
        smtplib.SMTP("mail.example.org", timeout=1)
    refused_connections.clear()


def test_a_datagram_beyond_this_machine_is_refused(refused_connections):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender, pytest.raises(NetworkForbidden):
        sender.sendto(b"x", ("198.51.100.7", 53))
    refused_connections.clear()


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
