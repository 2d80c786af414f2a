"""The flags of `../peers/definitions.py`, in the formats of the three systems."""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))

from definitions import RULES, SUFFIX, emails, flagd, flags, vexil as snapshot


def vexil(n):
    """What is applied has no version and no environment of its own: the server gives them."""
    return {"schema": 1, "entries": snapshot(n)["entries"]}


def gofeatureflag(n):
    """Queries are in its rule language; an unquoted 2.0.0 is compared as SemVer."""

    def rule(name, query):
        return {"name": name, "query": query, "variation": name}

    out = {}
    for i, kind, key in flags(n):
        if kind == "simple":
            out[key] = {
                "variations": {"on": True, "off": False},
                "defaultRule": {"variation": "on"},
            }
        elif kind == "rules":
            queries = (
                'country eq "US"',
                f"email in {json.dumps(emails(i))}",
                f'email ew "{SUFFIX}"',
                "age ge 65",
                "version ge 2.0.0",
            )
            out[key] = {
                "variations": {v: v for v in ("off", *RULES)},
                "targeting": [rule(name, query) for name, query in zip(RULES, queries)],
                "defaultRule": {"variation": "off"},
            }
        else:
            out[key] = {
                "variations": {"A": "A", "B": "B"},
                "defaultRule": {"percentage": {"A": 25, "B": 75}},
            }
    return out


__all__ = ["flagd", "gofeatureflag", "vexil"]
