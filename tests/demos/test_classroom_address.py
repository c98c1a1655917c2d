"""Under which addresses phones find the server."""

import ipaddress
from types import SimpleNamespace

import pytest

from demos import classroom_address


@pytest.fixture
def adapters(monkeypatch):
    def have(**found):
        listed = [
            SimpleNamespace(nice_name=name, ips=[SimpleNamespace(ip=ip, nice_name=name, is_IPv4=":" not in ip)])
            for name, ip in found.items()
        ]
        monkeypatch.setattr(classroom_address.ifaddr, "get_adapters", lambda: listed)

    return have


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_server_for_this_machine_alone_says_so(host):
    assert classroom_address.is_local_only(host)
    assert classroom_address.school_addresses(host, 7860) == []


def test_the_schools_network_comes_before_those_of_containers(adapters):
    adapters(
        docker0="172.17.0.1", lo="127.0.0.1", eth0="10.1.2.3", wlan0="192.168.0.12", odd="169.254.7.7", six="fe80::1"
    )
    assert classroom_address.school_addresses("0.0.0.0", 80) == [
        "http://192.168.0.12:80",
        "http://10.1.2.3:80",
        "http://172.17.0.1:80",
    ]


def test_a_server_on_one_address_has_only_that(adapters):
    adapters(wlan0="192.168.0.12", eth0="10.1.2.3")
    assert classroom_address.school_addresses("10.1.2.3", 7860) == ["http://10.1.2.3:7860"]


def test_this_machines_own_are_addresses():
    for address in classroom_address.school_addresses("::", 7860):
        ip = ipaddress.ip_address(address.removeprefix("http://").removesuffix(":7860"))
        assert not ip.is_loopback
