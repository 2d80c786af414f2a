"""A shop whose checkout is another as soon as somebody toggles a flag. ``README.md`` says how to start it."""

import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header
from vexil.fastapi import ClientOf, Flags, HeaderOverrides, RequestFlags, lifespan


async def who(
    x_user: Annotated[str, Header()] = "anonymous", x_tenant: Annotated[str, Header()] = "acme"
) -> dict[str, Any]:
    """Who asks. A real app looks at a session or a token here, through dependencies of its own."""
    return {"user": {"id": x_user}, "tenant": {"id": x_tenant, "tier": "pro" if x_tenant == "acme" else "free"}}


def dark_launches() -> HeaderOverrides | None:
    """Signed headers that show somebody what is not launched yet; none where there is no secret."""
    secret = os.environ.get("SHOP_OVERRIDES_SECRET")
    return HeaderOverrides(secret.encode()) if secret else None


flags = RequestFlags(context=who, overrides=dark_launches())
RequestedFlags = Annotated[Flags, Depends(flags)]

# The environment says where the flags come from: VEXIL_URL, VEXIL_SDK_KEY, VEXIL_CACHE_FOLDER.
app = FastAPI(title="Shop", lifespan=lifespan())


@app.get("/checkout")
async def checkout(flags: RequestedFlags) -> dict[str, Any]:
    """What the one who asks sees; all of it by one snapshot."""
    return {
        "greeting": flags.get_str("greeting", "Hello"),
        "checkout": "one page" if flags.is_enabled("checkout.v2") else "three pages",
        "recommendations": flags.is_enabled("recommendations"),
        "worker": os.getpid(),
    }


@app.get("/why/{key}")
async def why(key: str, flags: RequestedFlags) -> dict[str, Any]:
    """How a flag came to its value for the one who asks."""
    return {"text": str(flags.explain(key))}


@app.get("/health")
async def health(client: ClientOf) -> dict[str, Any]:
    """How this worker stands with the control plane. It serves without it, too: with what it knew last."""
    state = client.state
    return {
        "worker": os.getpid(),
        "ready": state.initialized,
        "version": state.version,
        "origin": state.origin,
        "connection": state.connection,
        "stale": state.stale_since is not None,
    }
