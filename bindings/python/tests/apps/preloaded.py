"""An app whose client is made where it is imported: with ``gunicorn --preload`` in the parent of all workers."""

import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from vexil import Client
from vexil.fastapi import ClientOf, Flags, flags, lifespan

client = Client(
    url=os.environ["VEXIL_URL"],
    key=os.environ["VEXIL_SDK_KEY"],
    cache_folder=os.environ["VEXIL_CACHE_FOLDER"],
    retry_base=0.1,
    retry_max=1.0,
)
imported_by = os.getpid()

app = FastAPI(lifespan=lifespan(client))


@app.get("/checkout")
async def checkout(flags: Annotated[Flags, Depends(flags)]) -> dict[str, Any]:
    """What there is to see."""
    return {"checkout": "one page" if flags.is_enabled("checkout.v2") else "three pages", "worker": os.getpid()}


@app.get("/health")
async def health(client: ClientOf) -> dict[str, Any]:
    """How this worker stands."""
    state = client.state
    return {
        "worker": os.getpid(),
        "imported_by": imported_by,
        "version": state.version,
        "stale": state.stale_since is not None,
    }
