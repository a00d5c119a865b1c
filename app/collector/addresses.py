"""Where a subscriber may be: only where the operator meant, and nowhere inside of this machine by accident."""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

Number = IPv4Address | IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


class BadAddress(ValueError):  # noqa: N818 - shown to the operator
    """The message says what is wrong."""


def check_address(url: str, *, development: bool) -> None:
    """https to another machine; in development also http, to this one only. Raises BadAddress."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        raise BadAddress("地址只能是可见的 ASCII 字符 (visible ASCII only)")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("不是有效的地址 (not a URL)") from None
    if not host or parts.scheme not in ("https", "http"):
        raise BadAddress("地址应为 https://… (an https URL)")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddress("地址中不能有账号、密码或片段 (no credentials, no fragment)")
    here = _is_here(host)
    if here and not development:
        raise BadAddress("不能指向本机 (this machine is not an address to send to)")
    if parts.scheme == "http" and not here:
        raise BadAddress("地址应为 https://… (an https URL)")


def _is_here(host: str) -> bool:
    """This machine, by a name or number for it; raises BadAddress for numbers that are nobody's address."""
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):  # `127.1`, `0x7f000001`, `2130706433`
            raise BadAddress("不是有效的地址 (not an address)") from None
        return False
    return _is_loopback(number)


def check_number(number: str, *, development: bool) -> None:
    """What a name has led to, looked at once more before it is gone to. Raises BadAddress."""
    if _is_loopback(ipaddress.ip_address(number)) and not development:
        raise BadAddress("不能指向本机 (this machine is not an address to send to)")


def _is_loopback(number: Number) -> bool:
    plain = _plain(number)
    if plain.is_loopback:
        return True
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        raise BadAddress("不能指向这类地址 (link-local, multicast or reserved)")
    return False


def _plain(number: Number) -> Number:
    """The old kind of address that a new one stands for, where it does."""
    if isinstance(number, IPv4Address):
        return number
    if number in _NAT64:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number
