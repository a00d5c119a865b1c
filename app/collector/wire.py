"""Connections that somebody else can't keep us at: an exchange has one deadline, however slowly its bytes drip, and a
name that leads to a place where nobody meant to send is not gone to."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import httpcore
import httpx

Check = Callable[[str], None]  # raises ValueError for an address (a number) that is not to be gone to
_MOST_ADDRESSES = 4  # of a name that are tried


class AddressRefused(httpcore.ConnectError):
    """The name leads to this machine, or to another place that is nobody's address."""


class Wire(httpx.BaseTransport):
    """For one counterpart; exchanges of several threads at a time. What fails is raised as httpcore names it."""

    def __init__(self, seconds: float, check: Check | None = None) -> None:
        self._seconds, self._clock = seconds, _Clock()
        context = httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.ConnectionPool(context, network_backend=_Network(self._clock, check))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.until = time.monotonic() + self._seconds
        place = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(
            request.method,
            place,
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Answer(answer))

    def close(self) -> None:
        self._pool.close()


class _Answer(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Clock(threading.local):
    """Until when this thread's exchange may last."""

    until = 0.0

    def left(self, late: type[httpcore.TimeoutException], most: float | None) -> float:
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise late
        return seconds if most is None else min(most, seconds)


class _Network(httpcore.NetworkBackend):
    def __init__(self, clock: _Clock, check: Check | None) -> None:
        self._clock, self._check, self._sockets = clock, check, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError()
        for number in self._numbers(host, port):
            try:
                left = self._clock.left(httpcore.ConnectTimeout, timeout)
                return _Stream(
                    self._sockets.connect_tcp(number, port, left, local_address, socket_options), self._clock
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _numbers(self, host: str, port: int) -> list[str]:
        """All are looked at before one is gone to: a name could have one of each kind."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            numbers = list(dict.fromkeys(str(address[0]) for *_, address in found))
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        try:
            for number in numbers:
                if self._check is not None:
                    self._check(number)
        except ValueError:
            raise AddressRefused from None
        return numbers[:_MOST_ADDRESSES]


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left(httpcore.ReadTimeout, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.left(httpcore.WriteTimeout, timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._clock.left(httpcore.ConnectTimeout, timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()
