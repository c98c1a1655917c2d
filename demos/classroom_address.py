"""Under which addresses phones can reach this server, where the teacher's browser sits on the same machine.

Behind a proxy, as on a Space, the browser's own address is the right one, and the page knows it.
"""

import ipaddress

import ifaddr

ANYWHERE = ("0.0.0.0", "::")
FOR_CONTAINERS = ("docker", "veth", "br-", "virbr", "vmnet", "vboxnet")


def is_local_only(host: str) -> bool:
    """Whether a server that listens on `host`, a numeric address, can be reached from this machine alone."""
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def school_addresses(host: str, port: int) -> list[str]:
    """The http addresses of this machine at which a server on `host` can be reached, the likeliest first."""
    if is_local_only(host):
        return []
    found = _own() if host in ANYWHERE else [(host, "")]
    hosts = [f"[{ip}]" if ":" in ip else ip for ip, _ in sorted(found, key=_likelihood)]
    return [f"http://{host}:{port}" for host in hosts]


def _own() -> list[tuple[str, str]]:
    """This machine's IPv4 addresses, each with its adapter's name. Nobody is asked for them."""
    every = [(one.ip, one.nice_name) for adapter in ifaddr.get_adapters() for one in adapter.ips if one.is_IPv4]
    addresses = [(ipaddress.ip_address(ip), name) for ip, name in every]
    return [(str(ip), name) for ip, name in addresses if not (ip.is_loopback or ip.is_link_local)]


def _likelihood(found: tuple[str, str]) -> tuple[bool, bool, str]:
    ip, adapter = found
    return adapter.startswith(FOR_CONTAINERS), not ip.startswith("192.168."), ip
