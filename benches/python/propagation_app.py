"""The app of `propagation.py`: each worker writes down when it has a version, as soon as a read sees it."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from vexil import State
from vexil.fastapi import lifespan

seen = os.open(os.environ["VEXIL_BENCH_SEEN"], os.O_WRONLY | os.O_APPEND)


def write_down(state: State) -> None:
    """One short line, which the system appends as a whole."""
    os.write(seen, f"{os.getpid()} {state.version} {time.monotonic_ns()}\n".encode())


@asynccontextmanager
async def watch(app: FastAPI) -> AsyncIterator[None]:
    client = app.state.vexil
    with client.on_state(write_down):
        write_down(client.state)
        yield


app = FastAPI(lifespan=lifespan(within=watch))
