"""A proxy between clients and a control plane that writes down when somebody connects."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType


class CountingProxy:
    """Passes bytes on, both ways; nothing where nobody listens behind it."""

    def __init__(self, port: int) -> None:
        self._behind = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.accepted: list[float] = []
        """When somebody connected, in seconds of the monotonic clock."""
        self.passed: list[float] = []
        """When somebody connected, and was passed on."""
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> CountingProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            at = time.monotonic()
            self.accepted.append(at)
            try:
                server = socket.create_connection(self._behind, timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.passed.append(at)
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()
