import vexil

DEFINITIONS = [
    {"key": "on", "default": True},
    {"key": "berlin", "rules": [{"condition": {"address.city": {"eq": "Berlin"}}, "action": {"serve": "on"}}]},
]


def test_a_flag_is_read_with_a_dict_with_a_context_and_without_any() -> None:
    with vexil.Client(definitions=DEFINITIONS) as client:
        assert client.is_enabled("on") is True
        assert client.is_enabled("nothing") is False
        assert client.is_enabled("berlin", {"address": {"city": "Berlin"}}) is True
        assert client.is_enabled("berlin", {"address.city": "Berlin"}) is True
        assert client.is_enabled("berlin", {"address": {"city": "Rome"}}) is False
        assert client.is_enabled("berlin", vexil.Context({"address": {"city": "Berlin"}})) is True
