"""`syncer simulate`: serve the simulated task lists until the command is interrupted."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

from syncer.cli.signals import stop_on_signals
from syncer.cli.views.json_output import simulator_document
from syncer.errors import ConfigurationError
from syncer.model import Credentials
from syncer.simulator.fault_injection import Faults
from syncer.simulator.simulator import Simulator
from syncer.simulator.simulator_options import DEFAULT_CREDENTIALS, LIST_NAMES, ListOptions, SimulatorOptions
from syncer.simulator.sort_orders import ListOrder
from syncer.simulator.source_config import config_toml

EXAMPLE = """\
  syncer simulate > syncer.toml &        # prints a configuration that reads its lists
  syncer simulate --backlog 1000 --order shuffled
  syncer simulate --order mps-cn=finished-desc --fault throttle_rate=0.1 --fault tat:cut_rate=0.05
"""

Value = TypeVar("Value")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `syncer simulate` to `parser`."""
    add = parser.add_argument
    add("--seed", type=int, default=1, help="the same seed gives the same tasks (1)")
    add("--backlog", type=int, default=10_000, metavar="N", help="tasks at the start (10000)")
    add(
        "--span", type=duration, default=timedelta(days=7), metavar="TIME", help="age of the oldest task (7d)"
    )
    add("--arrivals", type=float, default=60.0, metavar="N", help="new tasks per minute (60)")
    add("--order", action="append", default=[], metavar="[LIST=]ORDER", help=", ".join(ListOrder))
    add(
        "--retention",
        type=duration,
        metavar="TIME",
        help="how long lists show a task (default: as documented)",
    )
    add(
        "--lag",
        type=duration,
        default=timedelta(0),
        metavar="TIME",
        help="delay until lists show a new task (0s)",
    )
    add("--speed", type=float, default=1.0, metavar="X", help="simulated seconds per real second (1)")
    add("--pace", type=float, default=1.0, metavar="X", help="factor for how long tasks wait and run (1)")
    add(
        "--afterlife",
        type=float,
        default=0.0,
        metavar="RATE",
        help="share of campaigns that change after their end",
    )
    add("--fault", action="append", default=[], metavar="[LIST:]NAME=VALUE", help="inject a fault")
    add("--no-rate-limits", action="store_true", help="do not limit the rate of requests")
    add("--session-token", metavar="TOKEN", help="require this session token with the key")
    add(
        "--port",
        action="append",
        default=[],
        metavar="LIST=PORT",
        help="a fixed port of a list or of `admin`",
    )
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    add("--json", action="store_true", help="print addresses and credentials as one line of JSON")


def run(args: argparse.Namespace) -> int:
    """Serve until a signal stops the command; return the exit code: 0, or 2 for an invalid option."""
    try:
        options = options_from(args)
    except ValueError as error:
        print(f"syncer simulate: {error}", file=sys.stderr)
        return 2
    return serve(options, as_json=args.json)


def serve(options: SimulatorOptions, *, as_json: bool = False) -> int:
    """Print the addresses, serve until a signal stops the command, and return the exit code 0."""
    stopped = stop_on_signals(lambda _: None)
    simulator = Simulator(options)
    try:
        simulator.start()
    except OSError as error:
        raise ConfigurationError(f"{error}; choose another one with --port LIST=NUMBER or --host") from None
    with ExitStack() as stack:
        stack.callback(simulator.stop)
        print(_json_line(simulator) if as_json else announcement(simulator), flush=True)
        stopped.wait()
    return 0


def options_from(args: argparse.Namespace) -> SimulatorOptions:
    """The options that the arguments set. Raises ValueError; its message names the valid values."""
    ports = dict(_named(text, "=", _port) for text in args.port)
    orders = dict(_named(text, "=", ListOrder) for text in args.order)
    faults = _faults(args.fault)
    lists = {
        name: ListOptions(order=orders.get(name), faults=faults[name], port=ports.get(name) or 0)
        for name in LIST_NAMES
    }
    unknown = (set(ports) | set(orders)) - {*LIST_NAMES, "admin", ""}
    if unknown:
        raise ValueError(f"there is no list {min(unknown)!r}; the lists are {', '.join(LIST_NAMES)}")
    key = DEFAULT_CREDENTIALS
    return SimulatorOptions(
        seed=args.seed,
        backlog=args.backlog,
        backlog_span=args.span,
        arrivals_per_minute=args.arrivals,
        order=orders.get(""),
        retention=args.retention,
        visibility_lag=args.lag,
        has_rate_limits=not args.no_rate_limits,
        lists=lists,
        speed=args.speed,
        pace=args.pace,
        change_after_end_rate=args.afterlife,
        credentials=Credentials(key.access_key, key.secret_key, args.session_token),
        host=args.host,
        admin_port=ports.get("admin") or 0,
    )


def duration(text: str) -> timedelta:
    """A duration as in the configuration: "500ms", "1h30m". Raises ValueError for any other text."""
    from syncer.config import parse_duration

    return parse_duration(text)


def _port(text: str) -> int:
    """The number of a TCP port. Raises ValueError for any other text."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise ValueError(f"{text!r} is not a port; write a number from 1 to 65535")
    return int(text)


def _named(text: str, separator: str, parse: Callable[[str], Value]) -> tuple[str, Value]:
    """`LIST=VALUE` as (list, value); the list of a value alone is "", which means all."""
    name, is_named, value = text.rpartition(separator)
    return (name if is_named else ""), parse(value)


def _faults(texts: list[str]) -> dict[str, Faults]:
    """By list: the faults that the options set."""
    faults = dict.fromkeys(LIST_NAMES, Faults())
    for text in texts:
        assignment, _, value = text.partition("=")
        name, fault = _named(assignment, ":", str)
        if name and name not in faults:
            raise ValueError(f"there is no list {name!r}; the lists are {', '.join(LIST_NAMES)}")
        for target in (name,) if name else LIST_NAMES:
            faults[target] = faults[target].with_changes({fault: _value(value)})
    return faults


def _value(text: str) -> Any:
    """A JSON value; a bare word is a string, and an empty text is true."""
    try:
        return json.loads(text or "true")
    except ValueError:
        return text


def _json_line(simulator: Simulator) -> str:
    return json.dumps(simulator_document(simulator, config_toml(simulator)))


def announcement(simulator: Simulator) -> str:
    """The sources of a started simulator as TOML; addresses and credentials are in comments."""
    access_key, secret_key = simulator.credentials.access_key, simulator.credentials.secret_key
    addresses = "\n".join(f"#   {name:<10}{url}" for name, url in simulator.endpoints.items())
    return (
        f"# Simulated task lists:\n{addresses}\n"
        f"# They accept the access key {access_key} with the secret key {secret_key}.\n"
        f"# For your syncer.toml:\n\n{config_toml(simulator)}\n# Press Ctrl-C to stop."
    )
