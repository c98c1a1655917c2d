"""Loaded by a Python that starts with this folder on PYTHONPATH: it refuses every name lookup and notes it down."""

import ipaddress
import os
import socket

_resolve = socket.getaddrinfo


def _refuse(host, *_, **__):
    with open(os.environ["LOOKUPS_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{host}\n")
    raise socket.gaierror(socket.EAI_NONAME, f"no lookups in this test: {host}")


def _resolve_addresses_only(host, *arguments, **options):
    if host is None:
        return _resolve(host, *arguments, **options)
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return _refuse(host)
    return _resolve(host, *arguments, **options)


socket.getaddrinfo = _resolve_addresses_only
socket.gethostbyname = socket.gethostbyname_ex = _refuse
