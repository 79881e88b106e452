"""The way that spoils connections does what tests rely on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.fault_proxy import FaultDose, FaultProxy, ProxyFault, fault_proxy
from tests.support.scripted_server import ScriptedServer, http_response, scripted_server
from tests.support.waiting import eventually

ANSWER = http_response(b"0123456789" * 5)
ASK = b"GET / HTTP/1.1\r\n\r\n"


@contextmanager
def answering() -> Iterator[tuple[ScriptedServer, FaultProxy]]:
    with scripted_server() as server:
        server.scripts.append(server.respond(ANSWER))
        with fault_proxy(server.url) as way:
            yield server, way


def ask(way: FaultProxy, within: float = 5.0) -> bytes:
    """Everything that comes until the connection ends."""
    with socket.create_connection(("127.0.0.1", way.port)) as connection:
        connection.settimeout(within)
        connection.sendall(ASK)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def is_open(way: FaultProxy) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", way.port)) == 0


def test_way_is_open_until_it_is_spoilt() -> None:
    with answering() as (_, way):
        assert ask(way) == ANSWER
        assert not way.fired


def test_refusing_way_opens_again_on_its_port() -> None:
    with answering() as (_, way):
        way.spoil(FaultDose(toxic=ProxyFault.REFUSE))
        eventually(lambda: way.fired[ProxyFault.REFUSE], "the port to close")
        with pytest.raises(ConnectionRefusedError):
            ask(way)
        way.heal()
        eventually(lambda: is_open(way), "the port to open again")
        assert ask(way) == ANSWER


def test_reset_comes_where_it_was_ordered() -> None:
    with answering() as (server, way):
        way.spoil(FaultDose(toxic=ProxyFault.RESET))
        with pytest.raises(ConnectionResetError):
            ask(way)
        assert len(server.requests) == way.fired[ProxyFault.RESET] == 1


def test_cut_lets_the_beginning_pass() -> None:
    with answering() as (_, way):
        way.spoil(FaultDose(toxic=ProxyFault.CUT, after=20))
        assert ask(way) == ANSWER[:20]


def test_stalled_answer_comes_once_it_is_healed() -> None:
    with answering() as (_, way):
        way.spoil(FaultDose(toxic=ProxyFault.STALL, after=20))
        with pytest.raises(TimeoutError):
            ask(way, within=0.2)
        assert way.fired[ProxyFault.STALL] == 1
        way.heal()
        assert ask(way) == ANSWER


def test_dripping_answer_stays_whole() -> None:
    with answering() as (_, way):
        way.spoil(FaultDose(toxic=ProxyFault.DRIP, after=60))
        assert ask(way) == ANSWER
        assert way.fired[ProxyFault.DRIP] == 1


@pytest.mark.parametrize("is_said", [True, False], ids=["said", "answered"])
def test_words_do_not_pass(is_said: bool) -> None:
    with answering() as (server, way):
        words = {"said": b"GET /"} if is_said else {"answered": b"0123"}
        way.spoil(FaultDose(toxic=ProxyFault.CUT, **words))  # type: ignore[arg-type]
        assert b"0123" not in ask(way)
        assert len(server.requests) == (not is_said)
        assert way.fired[ProxyFault.CUT] == 1
