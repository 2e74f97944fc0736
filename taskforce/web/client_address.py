"""From where a request comes, also behind a proxy of ours."""

from ipaddress import ip_address, ip_network
from typing import Any

from litestar.connection import Request

from taskforce.settings import settings


def client_address(request: Request[Any, Any, Any]) -> str:
    """The address of whoever asks; X-Forwarded-For counts only where a configured proxy wrote it.

    Read from the right: each proxy of ours adds the address that it saw, and what stands before the first foreign one
    was written by the client.
    """
    seen = request.client.host if request.client else "unknown"
    if not _is_proxy(seen):
        return seen
    hops = [hop.strip() for hop in ",".join(request.headers.getall("x-forwarded-for", [])).split(",")]
    for hop in reversed([hop for hop in hops if hop]):
        if not _is_proxy(hop):
            return hop[:100]
        seen = hop
    return seen


def _is_proxy(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    networks = [ip_network(each.strip(), strict=False) for each in settings().proxies.split(",") if each.strip()]
    return any(found in network for network in networks)
