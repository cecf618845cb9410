"""The servers that the benchmarks send to, each a process of its own on a loopback port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks.echo_server import BODY

_NGINX = """daemon off; pid {folder}/pid; error_log {folder}/error; worker_processes 1;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port}; default_type application/json; add_header X-Rate-Limit 10;
    location / {{ return 200 '{body}'; }}
  }}
}}
"""


@contextmanager
def answering() -> Iterator[str]:
    """The URL of a server that answers everything with the same JSON at once: nginx, or `echo_server.py` without it."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin:/opt/homebrew/bin")
    if nginx is None:
        with _started("echo_server.py") as url:
            yield url
        return
    with TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        conf = Path(folder, "nginx.conf")
        conf.write_text(_NGINX.format(folder=folder, port=port, body=BODY.decode()), encoding="utf-8")
        process = subprocess.Popen([nginx, "-c", str(conf), "-p", folder], stderr=subprocess.DEVNULL)
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def scoring(*, latency: float, polls: int) -> Iterator[str]:
    """The URL of the reference workflow's API, which answers after ``latency`` seconds and runs after so many polls."""
    with _started("scenario_server.py", str(latency), str(polls)) as url:
        yield url


@contextmanager
def _started(script: str, *arguments: str) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def _await(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.02)
        else:
            return
    raise RuntimeError("nginx did not start")
