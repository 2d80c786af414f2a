"""What is asked over OFREP, and what the right answers are.

The questions of a workload go over flags of one kind in a scattered order, by a few users in turn:
a server that held one answer in the near caches would not be a server.
"""

import json
from dataclasses import dataclass

FLAGS = 10_000
# Who has this flag has them all.
LAST = "simple_9999"
# Prime, as is the step, so that users and flags meet in ever other pairs.
QUESTIONS = 509
STEP = 7_919
USERS = 8

# Of the users of W3, 25 % get A. A fair hash strays by more than this once in a million runs.
SHARE_OF_A = (0.15, 0.35)


@dataclass(frozen=True)
class Question:
    path: str
    body: str


def context(user):
    """A user who fails the first four rules of W2, and passes the fifth."""
    return {
        "targetingKey": f"user-{user}",
        "country": "DE",
        "email": f"jane{user}@example.org",
        "age": 42 + user,
        "version": f"2.3.{user}",
    }


def of(kind):
    """The questions about flags of one kind."""
    offset = ("simple", "rules", "rollout").index(kind)
    for n in range(QUESTIONS):
        flag = n * STEP % (FLAGS // 3) * 3 + offset
        body = json.dumps({"context": context(n % USERS)}, separators=(",", ":"))
        yield Question(f"/ofrep/v1/evaluate/flags/{kind}_{flag}", body)


def wrong(kind, values):
    """What is wrong with the answers to the questions about a kind, or None."""
    if kind == "rollout":
        share = values.count("A") / len(values)
        if set(values) == {"A", "B"} and SHARE_OF_A[0] < share < SHARE_OF_A[1]:
            return None
        return f"A for {share:.0%} of the users, of {sorted(map(str, set(values)))}"
    expected = {"simple": True, "rules": "r5"}[kind]
    others = [value for value in values if value != expected]
    return f"{others[0]!r} instead of {expected!r}" if others else None


WORKLOADS = {"W1": "simple", "W2": "rules", "W3": "rollout"}
