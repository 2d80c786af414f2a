"""The OpenFeature SDK with its OFREP provider against a running server. Arguments and output: cases.mjs."""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

DEFAULTS = {"boolean": False, "string": "", "integer": 0, "float": 0.0, "object": {}}


def evaluate(client, case):
    attributes = dict(case.get("context", {}))
    context = EvaluationContext(attributes.pop("targetingKey", None), attributes)
    details = getattr(client, f"get_{case['type']}_details")
    return details(case["key"], default(case), context)


def default(case):
    return case.get("default", DEFAULTS[case["type"]])


def report(case, details):
    """Says whether the details are as expected; returns whether they are."""
    code = details.error_code
    wanted = {"errorCode": case.get("errorCode")}
    got = {"errorCode": None if code is None else code.value}
    if "errorCode" in case:
        wanted["value"] = default(case)
        got["value"] = details.value
    for name in ("value", "reason", "variant"):
        if name in case:
            wanted[name] = case[name]
            got[name] = getattr(details, name)
    # As JSON, for which 1, 1.0 and true are three values.
    wanted, got = (json.dumps(side, sort_keys=True) for side in (wanted, got))
    if wanted == got:
        print(f"ok {case['key']}", flush=True)
        return True
    why = "" if details.error_message is None else f" ({details.error_message})".replace("\n", " ")
    print(f"FAILED {case['key']}: expected {wanted} got {got}{why}", flush=True)
    return False


def main():
    if len(sys.argv) != 4:
        print("usage: python_client.py BASE_URL KEY CASES", file=sys.stderr)
        return 2
    base_url, key, cases = sys.argv[1:]
    headers = {"Authorization": f"Bearer {key}"}
    api.set_provider(OFREPProvider(base_url, headers_factory=lambda: headers))
    client = api.get_client()
    passed = [report(case, evaluate(client, case)) for case in json.loads(cases)]
    api.shutdown()
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
