"""The rows of "Names"."""

import os
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import Skip


def row_name_addresses():
    host, port = "127.0.0.1", 80
    found = getaddrinfo(host, port)
    assert len(found) > 1, "once for each type of socket"
    assert {address for *_, address in found} == {("127.0.0.1", 80)}
    assert len(getaddrinfo(host, port, type=SOCK_STREAM)) == 1
    assert ("127.0.0.1", 80) in [address for *_, address in getaddrinfo("localhost", port)]


def row_address_name():
    address = ("127.0.0.1", 9999)
    host, service = getnameinfo(address, 0)
    assert host and service
    assert getnameinfo(address, NI_NUMERICHOST | NI_NUMERICSERV) == ("127.0.0.1", "9999")


def row_name_of_this_machine():
    assert gethostname() == os.uname().nodename


def row_service_port():
    if not os.path.exists("/etc/services"):
        raise Skip("no /etc/services")
    assert getservbyname("http") == 80
