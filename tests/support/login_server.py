"""A stub of a Postgres server that answers each login with the same error.

It is a process of its own: while libpq pings a server, no other thread of this process runs.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def refusing_server(state: str, message: bytes, severity: str = "FATAL") -> Iterator[str]:
    """Run a server that refuses each login with the SQLSTATE `state`; yield its URL."""
    fields = (b"S" + severity.encode(), b"VFATAL", b"C" + state.encode(), b"M" + message)
    body = b"\0".join(fields) + b"\0\0"
    response = b"E" + (len(body) + 4).to_bytes(4, "big") + body
    command = [sys.executable, __file__, response.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield f"postgresql://someone:s3cret@127.0.0.1:{port}/tasks?sslmode=disable&gssencmode=disable"
        finally:
            process.kill()


def _serve(response: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(response)


if __name__ == "__main__":
    _serve(bytes.fromhex(sys.argv[1]))
