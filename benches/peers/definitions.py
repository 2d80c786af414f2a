"""The same flags in every peer's own format.

A set of n flags has three kinds in turn:

    simple_<i>    a boolean that is on, without rules                         (W1)
    rules_<i>     five rules, of which the caller passes only the fifth       (W2)
    rollout_<i>   a string: A for 25 % of the users, B for 75 %, by user id   (W3)

The rules, and what the caller of `common/src/workload.rs` brings:

    r1   country == "US"                      DE
    r2   email is one of 20 addresses         jane@example.org
    r3   email ends with "@corp.example"      a regular expression where a format has no "ends with"
    r4   age >= 65                            42
    r5   version >= 2.0.0, as SemVer          2.3.1: matches

Each function below is named after its format and returns the document for n flags.
"""

import itertools
import json

RULES = ("r1", "r2", "r3", "r4", "r5")
SUFFIX = "@corp.example"
SUFFIX_REGEX = r"@corp\.example$"


def emails(i):
    """The addresses of rule r2: no two flags share one, so no format can share the list."""
    return [f"user{j}.{i}@example.com" for j in range(20)]


def flags(n):
    """Index, kind and key of each flag."""
    for i in range(n):
        kind = ("simple", "rules", "rollout")[i % 3]
        yield i, kind, f"{kind}_{i}"


def vexil(n):
    def rule(serve, condition):
        return {"id": serve, "condition": condition, "action": {"serve": serve}}

    entries = []
    for i, kind, key in flags(n):
        entry = {"key": key, "type": "feature_flag"}
        if kind == "simple":
            entry["default"] = True
        elif kind == "rules":
            entry |= {
                "default": "off",
                "variations": [{"id": v, "value": v} for v in ("off", *RULES)],
                "rules": [
                    rule("r1", {"country": {"eq": "US"}}),
                    rule("r2", {"email": {"in": emails(i)}}),
                    rule("r3", {"email": {"endsWith": SUFFIX}}),
                    rule("r4", {"age": {"gte": 65}}),
                    rule("r5", {"version": {"semverGte": "2.0.0"}}),
                ],
            }
        else:
            entry |= {
                "default": "B",
                "variations": [{"id": v, "value": v} for v in "AB"],
                "rollout": {"A": 25, "B": 75},
            }
        entries.append(entry)
    return {"schema": 1, "environment": "production", "version": 1, "entries": entries}


def unleash(n):
    """A feature is on when one of its strategies matches: five strategies stand for the rules."""

    def constraint(name, operator, values=(), **value):
        return {
            "contextName": name,
            "operator": operator,
            "inverted": False,
            "caseInsensitive": False,
            "values": list(values),
            **value,
        }

    def strategy(*constraints):
        return {
            "name": "default",
            "parameters": {},
            "constraints": list(constraints),
            "variants": [],
        }

    def variant(name, weight):
        return {
            "name": name,
            "weight": weight,
            "weightType": "variable",
            "stickiness": "userId",
            "payload": {"type": "string", "value": name},
            "overrides": [],
        }

    features = []
    for i, kind, key in flags(n):
        feature = {
            "name": key,
            "type": "release",
            "enabled": True,
            "project": "default",
            "stale": False,
            "impressionData": False,
            "strategies": [strategy()],
            "variants": [],
        }
        if kind == "rules":
            feature["strategies"] = [
                strategy(constraint("country", "IN", ["US"])),
                strategy(constraint("email", "IN", emails(i))),
                strategy(constraint("email", "STR_ENDS_WITH", [SUFFIX])),
                strategy(constraint("age", "NUM_GTE", value="65")),
                strategy(constraint("version", "SEMVER_GTE", value="2.0.0")),
            ]
        elif kind == "rollout":
            feature["variants"] = [variant("A", 250), variant("B", 750)]
        features.append(feature)
    return {"version": 2, "features": features}


def eppo(n):
    def allocation(key, rules, splits):
        return {"key": key, "rules": rules, "splits": splits, "doLog": False}

    def always(variation):
        return [{"variationKey": variation, "shards": []}]

    def rule(serve, attribute, operator, value):
        condition = {"attribute": attribute, "operator": operator, "value": value}
        return allocation(serve, [{"conditions": [condition]}], always(serve))

    def split(key, variation, start, end):
        shard = {"salt": f"{key}-split", "ranges": [{"start": start, "end": end}]}
        return {"variationKey": variation, "shards": [shard]}

    def variations(values):
        return {v: {"key": v, "value": v} for v in values}

    out = {}
    for i, kind, key in flags(n):
        flag = {"key": key, "enabled": True, "totalShards": 10000, "variationType": "STRING"}
        if kind == "simple":
            flag |= {
                "variationType": "BOOLEAN",
                "variations": {"on": {"key": "on", "value": True}},
                "allocations": [allocation("all", [], always("on"))],
            }
        elif kind == "rules":
            flag |= {
                "variations": variations(RULES),
                "allocations": [
                    rule("r1", "country", "ONE_OF", ["US"]),
                    rule("r2", "email", "ONE_OF", emails(i)),
                    rule("r3", "email", "MATCHES", SUFFIX_REGEX),
                    rule("r4", "age", "GTE", 65),
                    rule("r5", "version", "GTE", "2.0.0"),
                ],
            }
        else:
            splits = [split(key, "A", 0, 2500), split(key, "B", 2500, 10000)]
            flag |= {
                "variations": variations("AB"),
                "allocations": [allocation("all", [], splits)],
            }
        out[key] = flag
    return {
        "createdAt": "2026-01-01T00:00:00.000Z",
        "format": "SERVER",
        "environment": {"name": "production"},
        "flags": out,
    }


def launchdarkly(n):
    """Versions know only "greater than": the fifth rule asks for more than 1.9.9."""

    def rule(variation, attribute, op, values):
        clause = {
            "contextKind": "user",
            "attribute": attribute,
            "op": op,
            "values": values,
            "negate": False,
        }
        return {
            "id": f"r{variation}",
            "variation": variation,
            "trackEvents": False,
            "clauses": [clause],
        }

    out = {}
    for i, kind, key in flags(n):
        flag = {
            "key": key,
            "version": 1,
            "on": True,
            "targets": [],
            "contextTargets": [],
            "rules": [],
            "prerequisites": [],
            "fallthrough": {"variation": 0},
            "offVariation": 1,
            "variations": [True, False],
            "clientSide": False,
            "salt": f"salt{i}",
            "trackEvents": False,
        }
        if kind == "rules":
            flag |= {
                "variations": ["off", *RULES],
                "offVariation": 0,
                "rules": [
                    rule(1, "country", "in", ["US"]),
                    rule(2, "email", "in", emails(i)),
                    rule(3, "email", "endsWith", [SUFFIX]),
                    rule(4, "age", "greaterThanOrEqual", [65]),
                    rule(5, "version", "semVerGreaterThan", ["1.9.9"]),
                ],
            }
        elif kind == "rollout":
            weights = [{"variation": 0, "weight": 25000}, {"variation": 1, "weight": 75000}]
            rollout = {
                "kind": "rollout",
                "contextKind": "user",
                "bucketBy": "key",
                "variations": weights,
            }
            flag |= {"variations": ["A", "B"], "fallthrough": {"rollout": rollout}}
        out[key] = flag
    return {"flags": out, "segments": {}}


def statsig(n):
    """A gate is a boolean, so `rules_<i>` is on when a rule passes; a rollout is a config."""

    def condition(kind, target=None, operator=None, field=None):
        return {
            "type": kind,
            "targetValue": target,
            "operator": operator,
            "field": field,
            "additionalValues": {},
            "idType": "userID",
        }

    def rule(key, name, condition, value, percentage=100):
        return {
            "id": f"{key}:{name}",
            "name": name,
            "groupName": name,
            "salt": f"{key}-{name}-salt",
            "idType": "userID",
            "passPercentage": percentage,
            "conditions": [condition],
            "returnValue": value,
        }

    def spec(key, kind, default, rules):
        return {
            "type": kind,
            "entity": kind,
            "idType": "userID",
            "salt": f"{key}-salt",
            "enabled": True,
            "defaultValue": default,
            "rules": rules,
        }

    conditions = {
        "public": condition("public"),
        "country": condition("user_field", ["US"], "any", "country"),
        "suffix": condition("user_field", [SUFFIX], "str_ends_with_any", "email"),
        "age": condition("user_field", 65, "gte", "age"),
        "version": condition("user_field", "2.0.0", "version_gte", "appVersion"),
    }
    gates, configs = {}, {}
    for i, kind, key in flags(n):
        if kind == "simple":
            gates[key] = spec(key, "feature_gate", False, [rule(key, "all", "public", True)])
        elif kind == "rules":
            conditions[f"emails_{i}"] = condition("user_field", emails(i), "any", "email")
            names = ("country", f"emails_{i}", "suffix", "age", "version")
            rules = [rule(key, r, name, True) for r, name in zip(RULES, names)]
            gates[key] = spec(key, "feature_gate", False, rules)
        else:
            rules = [rule(key, "a", "public", {"v": "A"}, 25)]
            configs[key] = spec(key, "dynamic_config", {"v": "B"}, rules)
    return {
        "dynamic_configs": configs,
        "feature_gates": gates,
        "layer_configs": {},
        "layers": {},
        "experiment_to_layer": {},
        "has_updates": True,
        "time": 1,
        "company_id": "c",
        "condition_map": conditions,
        "response_format": "dcs-v2",
        "sdk_keys_to_app_ids": {},
        "hashed_sdk_keys_to_app_ids": {},
        "id_lists": {},
        "diagnostics": {},
        "param_stores": {},
    }


def growthbook(n):
    def rule(serve, condition):
        return {"condition": condition, "force": serve}

    out = {}
    for i, kind, key in flags(n):
        if kind == "simple":
            out[key] = {"defaultValue": True}
        elif kind == "rules":
            rules = [
                rule("r1", {"country": "US"}),
                rule("r2", {"email": {"$in": emails(i)}}),
                rule("r3", {"email": {"$regex": SUFFIX_REGEX}}),
                rule("r4", {"age": {"$gte": 65}}),
                rule("r5", {"version": {"$vgte": "2.0.0"}}),
            ]
            out[key] = {"defaultValue": "off", "rules": rules}
        else:
            experiment = {
                "key": key,
                "variations": ["A", "B"],
                "weights": [0.25, 0.75],
                "coverage": 1.0,
                "hashAttribute": "id",
                "hashVersion": 2,
                "seed": key,
            }
            out[key] = {"defaultValue": "B", "rules": [experiment]}
    return {"features": out}


def flagd(n):
    def flag(variants, default, **targeting):
        return {
            "state": "ENABLED",
            "variants": variants,
            "defaultVariant": default,
            **targeting,
        }

    out = {}
    for i, kind, key in flags(n):
        if kind == "simple":
            out[key] = flag({"on": True, "off": False}, "on")
        elif kind == "rules":
            email = {"var": "email"}
            branches = [
                ({"==": [{"var": "country"}, "US"]}, "r1"),
                ({"in": [email, emails(i)]}, "r2"),
                ({"ends_with": [email, SUFFIX]}, "r3"),
                ({">=": [{"var": "age"}, 65]}, "r4"),
                ({"sem_ver": [{"var": "version"}, ">=", "2.0.0"]}, "r5"),
            ]
            targeting = {"if": [*itertools.chain(*branches), "off"]}
            out[key] = flag({v: v for v in ("off", *RULES)}, "off", targeting=targeting)
        else:
            targeting = {"fractional": [["A", 25], ["B", 75]]}
            out[key] = flag({"A": "A", "B": "B"}, "B", targeting=targeting)
    return {"flags": out}


def featurevisor(n):
    def segment(key, attribute, operator, value):
        condition = {"attribute": attribute, "operator": operator, "value": value}
        return {"key": key, "conditions": [condition]}

    def traffic(key, segments, **more):
        return {"key": key, "segments": segments, "percentage": 100000, **more}

    shared = [
        segment("us", "country", "equals", "US"),
        segment("suffix", "email", "endsWith", SUFFIX),
        segment("age", "age", "greaterThanOrEquals", 65),
        segment("version", "version", "semverGreaterThanOrEquals", "2.0.0"),
    ]
    segments = {s["key"]: s for s in shared}
    features = {}
    for i, kind, key in flags(n):
        feature = {
            "key": key,
            "bucketBy": "userId",
            "variations": [],
            "traffic": [traffic("1", "*")],
        }
        if kind == "rules":
            listed = f"emails_{i}"
            segments[listed] = segment(listed, "email", "in", emails(i))
            names = ("us", listed, "suffix", "age", "version")
            feature["variations"] = [{"value": r} for r in RULES]
            feature["traffic"] = [traffic(r, s, variation=r) for r, s in zip(RULES, names)]
        elif kind == "rollout":
            allocation = [
                {"variation": "A", "range": [0, 25000]},
                {"variation": "B", "range": [25000, 100000]},
            ]
            feature["variations"] = [{"value": "A"}, {"value": "B"}]
            feature["traffic"] = [traffic("1", "*", allocation=allocation)]
        features[key] = feature
    return {"schemaVersion": "2", "revision": "1", "segments": segments, "features": features}


def configcat(n):
    """The comparators are numbers, in the format itself."""
    equals, one_of, ends_with_any_of, number_gte, semver_gte = 28, 0, 32, 15, 9

    def rule(serve, attribute, comparator, **value):
        condition = {"u": {"a": attribute, "c": comparator, **value}}
        return {"c": [condition], "s": {"v": {"s": serve}}}

    out = {}
    for i, kind, key in flags(n):
        if kind == "simple":
            out[key] = {"t": 0, "v": {"b": True}}
        elif kind == "rules":
            rules = [
                rule("r1", "Country", equals, s="US"),
                rule("r2", "Email", one_of, l=emails(i)),
                rule("r3", "Email", ends_with_any_of, l=[SUFFIX]),
                rule("r4", "age", number_gte, d=65.0),
                rule("r5", "version", semver_gte, s="2.0.0"),
            ]
            out[key] = {"t": 1, "v": {"s": "off"}, "r": rules}
        else:
            percentages = [{"p": 25, "v": {"s": "A"}}, {"p": 75, "v": {"s": "B"}}]
            out[key] = {"t": 1, "v": {"s": "B"}, "p": percentages}
    return {"p": {"u": "http://127.0.0.1:1", "r": 0, "s": "c2FsdA=="}, "f": out}


def posthog(n):
    def group(variant, key, operator, value):
        condition = {"key": key, "operator": operator, "value": value, "type": "person"}
        return {"properties": [condition], "rollout_percentage": 100, "variant": variant}

    def variants(percentages):
        return {"variants": [{"key": k, "rollout_percentage": p} for k, p in percentages.items()]}

    out = []
    for i, kind, key in flags(n):
        everyone = {"properties": [], "rollout_percentage": 100}
        filters = {"groups": [everyone], "payloads": {}}
        if kind == "rules":
            filters["groups"] = [
                group("r1", "country", "exact", ["US"]),
                group("r2", "email", "exact", emails(i)),
                group("r3", "email", "regex", SUFFIX_REGEX),
                group("r4", "age", "gte", 65),
                group("r5", "version", "semver_gte", "2.0.0"),
            ]
            filters["multivariate"] = variants(dict.fromkeys(RULES, 20))
        elif kind == "rollout":
            filters["multivariate"] = variants({"A": 25, "B": 75})
        out.append(
            {
                "id": i + 1,
                "key": key,
                "name": key,
                "active": True,
                "deleted": False,
                "ensure_experience_continuity": False,
                "filters": filters,
            }
        )
    return {"flags": out, "group_type_mapping": {}, "cohorts": {}}


def flagsmith(n):
    """An environment document. The rules are segment overrides of priority 1 to 5."""
    ids = itertools.count()

    def state(i, key, value, priority=None, split=()):
        state_id = next(ids)
        out = {
            "django_id": state_id,
            "featurestate_uuid": f"00000000-0000-0000-0000-{state_id:012d}",
            "enabled": True,
            "feature_state_value": value,
            "feature": {
                "id": i,
                "name": key,
                "type": "MULTIVARIATE" if split else "STANDARD",
            },
            "multivariate_feature_state_values": [
                {
                    "id": number,
                    "mv_fs_value_uuid": "",
                    "percentage_allocation": percentage,
                    "multivariate_feature_option": {"value": option},
                }
                for number, (option, percentage) in enumerate(split, 1)
            ],
        }
        if priority is not None:
            out["feature_segment"] = {"priority": priority}
        return out

    def segment(segment_id, name, attribute, operator, value, states):
        condition = {"operator": operator, "property_": attribute, "value": value}
        rule = {"type": "ANY", "rules": [], "conditions": [condition]}
        return {
            "id": segment_id,
            "name": name,
            "feature_states": states,
            "rules": [{"type": "ALL", "conditions": [], "rules": [rule]}],
        }

    states, segments = [], []
    for i, kind, key in flags(n):
        if kind == "simple":
            states.append(state(i, key, None))
        elif kind == "rules":
            states.append(state(i, key, "off"))
            listed = ",".join(emails(i))
            override = state(i, key, "r2", 2)
            segments.append(segment(100 + i, f"emails_{i}", "email", "IN", listed, [override]))
        else:
            states.append(state(i, key, "B", split=[("A", 25.0), ("B", 75.0)]))

    def shared(priority, name, attribute, operator, value):
        rules = [(i, key) for i, kind, key in flags(n) if kind == "rules"]
        overrides = [state(i, key, f"r{priority}", priority) for i, key in rules]
        return segment(priority, name, attribute, operator, value, overrides)

    segments += [
        shared(1, "us", "country", "EQUAL", "US"),
        shared(3, "suffix", "email", "REGEX", SUFFIX_REGEX),
        shared(4, "age", "age", "GREATER_THAN_INCLUSIVE", "65"),
        shared(5, "version", "version", "GREATER_THAN_INCLUSIVE", "2.0.0:semver"),
    ]
    organisation = {
        "id": 1,
        "name": "o",
        "feature_analytics": False,
        "stop_serving_flags": False,
        "persist_trait_data": True,
    }
    return {
        "id": 1,
        "api_key": "k",
        "name": "production",
        "updated_at": "2026-01-01T00:00:00+00:00",
        "feature_states": states,
        "identity_overrides": [],
        "project": {
            "id": 1,
            "name": "p",
            "hide_disabled_flags": False,
            "segments": segments,
            "organisation": organisation,
        },
    }


def flipt(n):
    """What its server gives evaluators. There is no SemVer: the fifth rule asks for a prefix."""

    def rule(key, rank, match, constraints, distributions):
        segment = {"key": f"{key}-{rank}", "matchType": match, "constraints": constraints}
        return {
            "id": f"{key}-{rank}",
            "rank": rank,
            "segmentOperator": "OR_SEGMENT_OPERATOR",
            "segments": [segment],
            "distributions": [
                {
                    "id": f"{key}-{rank}-{variant}",
                    "ruleId": f"{key}-{rank}",
                    "variantId": variant,
                    "variantKey": variant,
                    "variantAttachment": "",
                    "rollout": percentage,
                }
                for variant, percentage in distributions.items()
            ],
        }

    def serve(key, rank, attribute, operator, value, kind="STRING"):
        constraint = {
            "id": f"{key}-{rank}",
            "type": f"{kind}_CONSTRAINT_COMPARISON_TYPE",
            "property": attribute,
            "operator": operator,
            "value": value,
        }
        return rule(key, rank, "ANY_SEGMENT_MATCH_TYPE", [constraint], {f"r{rank}": 100})

    out = []
    for i, kind, key in flags(n):
        flag = {
            "key": key,
            "name": key,
            "description": "",
            "enabled": True,
            "type": "BOOLEAN_FLAG_TYPE" if kind == "simple" else "VARIANT_FLAG_TYPE",
            "rules": [],
            "rollouts": [],
        }
        if kind == "rules":
            flag["rules"] = [
                serve(key, 1, "country", "eq", "US"),
                serve(key, 2, "email", "isoneof", json.dumps(emails(i))),
                serve(key, 3, "email", "suffix", SUFFIX),
                serve(key, 4, "age", "gte", "65", "NUMBER"),
                serve(key, 5, "version", "prefix", "2."),
            ]
        elif kind == "rollout":
            flag["rules"] = [rule(key, 1, "ALL_SEGMENT_MATCH_TYPE", [], {"A": 25, "B": 75})]
        out.append(flag)
    return {"namespace": {"key": "default"}, "flags": out}


FORMATS = (
    vexil,
    unleash,
    eppo,
    launchdarkly,
    statsig,
    growthbook,
    flagd,
    featurevisor,
    configcat,
    posthog,
    flagsmith,
    flipt,
)


def write(folder, sizes=(1_000, 10_000)):
    """Writes <folder>/<size>/<format>.json for every size and format."""
    for size in sizes:
        (folder / str(size)).mkdir(parents=True, exist_ok=True)
        for generate in FORMATS:
            path = folder / str(size) / f"{generate.__name__}.json"
            path.write_text(json.dumps(generate(size), separators=(",", ":")))
