"""The admin port, and the command `syncer simulate` as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncer.cli import main
from syncer.simulator import LIST_NAMES, Simulator
from tests.support.simulator_http import AdminClient, ListClient


@pytest.fixture
def admin(simulator: Simulator) -> AdminClient:
    return AdminClient(urlsplit(simulator.endpoints["admin"]).netloc)


def test_admin_returns_the_ground_truth(simulator: Simulator, admin: AdminClient) -> None:
    truth = admin("GET", "/truth?list=aiccs")

    assert truth["tasks"] == [task.as_json() for task in simulator.true_tasks("aiccs")]
    assert datetime.fromisoformat(truth["now"]) == simulator.clock.now()
    without_records = admin("GET", "/truth?list=aiccs&records=0&future=1")["tasks"]
    assert all("record" not in state for task in without_records for state in task["states"])
    assert sum(len(task["states"]) for task in without_records) > sum(
        len(task["states"]) for task in truth["tasks"]
    )


def test_admin_moves_the_clock(simulator: Simulator, admin: AdminClient) -> None:
    before = simulator.clock.now()

    assert datetime.fromisoformat(admin("POST", "/advance", seconds=90)["now"]) == before + timedelta(
        seconds=90
    )
    assert admin("POST", "/thaw")["frozen"] is False
    assert admin("POST", "/freeze")["frozen"] is True


def test_admin_sets_and_counts_faults(simulator: Simulator, admin: AdminClient) -> None:
    client = ListClient(simulator, "baidu")
    admin("POST", "/faults", list="baidu", gateway_rate=1.0)
    client.get(client.query())
    client.connection.close()

    report = admin("GET", "/faults")

    assert report["baidu"] == {
        "settings": {**report["tat"]["settings"], "gateway_rate": 1.0},
        "fired": {"gateway_rate": 1},
    }
    assert admin("GET", "/requests")["baidu"]["actions"]["ListTasks"]["requests"] == 1


def test_admin_rotates_the_session_token(simulator: Simulator, admin: AdminClient) -> None:
    token = admin("POST", "/rotate")["session_token"]

    assert token == simulator.credentials.session_token == admin("GET", "/")["session_token"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/nothing", {}),
        ("GET", "/truth?list=vod", {}),
        ("POST", "/advance", {}),
        ("POST", "/advance", {"seconds": -5}),
        ("POST", "/faults", {"typo_rate": 1}),
    ],
)
def test_admin_error_is_a_sentence(admin: AdminClient, method: str, path: str, body: dict[str, Any]) -> None:
    assert admin(method, path, **body)["error"].endswith(".")


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_command_serves_until_a_signal(stop_signal: signal.Signals) -> None:
    arguments = ["--backlog", "50", "--json", "--session-token", "t0ken"]
    words = [sys.executable, "-m", "syncer", "simulate", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        announcement = json.loads(running.stdout.readline())
        overview = AdminClient(urlsplit(announcement["endpoints"]["admin"]).netloc)("GET", "/")
        running.send_signal(stop_signal)
        code = running.wait(timeout=30)

    assert code == 0
    assert overview["endpoints"] == announcement["endpoints"]
    assert overview["session_token"] == announcement["session_token"] == "t0ken"
    assert [source["name"] for source in tomllib.loads(announcement["config"])["sources"]] == list(LIST_NAMES)
    assert datetime.fromisoformat(overview["now"]) <= datetime.now(UTC)


def test_taken_port_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert main(["simulate", "--backlog", "0", "--port", f"tat={port}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"syncer: tat cannot listen on 127.0.0.1:{port}: ")
    assert error.endswith("choose another one with --port LIST=NUMBER or --host\n")
