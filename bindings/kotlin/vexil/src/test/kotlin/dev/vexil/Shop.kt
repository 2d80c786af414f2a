package dev.vexil

/** A shop's definitions, which tests ask. */
internal object Shop {
    const val DEFINITIONS: String = """
    {"schema": 1, "version": 7, "environment": "production", "entries": [
      {"key": "on", "default": true},
      {"key": "checkout.v2", "default": false, "rules": [
        {"id": "staff", "condition": {"user.email": {"endsWith": "@example.com"}}, "action": {"serve": "on"}},
        {"id": "tagged", "condition": {"tags": {"contains": "beta"}}, "action": {"serve": "on"}},
        {"id": "grown", "condition": {"user.age": {"gte": 18.5}}, "action": {"serve": "on"}},
        {"id": "flagged", "condition": {"user.staff": {"eq": true}}, "action": {"serve": "on"}},
        {"id": "tenant", "condition": {"tenant.id": {"eq": "acme"}}, "action": {"serve": "on"}}
      ]},
      {"key": "limit", "type": "config", "value_type": "integer", "default": 600},
      {"key": "ratio", "type": "config", "value_type": "float", "default": 0.25},
      {"key": "whole", "type": "config", "value_type": "integer", "default": 3},
      {"key": "colour", "type": "config", "value_type": "string", "default": "grün 🎨"},
      {"key": "long", "type": "config", "value_type": "string", "default": "LONG"},
      {"key": "layout", "type": "config", "value_type": "json",
       "default": {"columns": [1, 2.5, null, true, "x"], "nested": {"deep": []}}},
      {"key": "empty", "type": "config", "value_type": "json", "default": null},
      {"key": "split", "value_type": "string", "default": "A",
       "variations": [{"id": "A", "value": "A"}, {"id": "B", "value": "B"}], "rollout": {"A": 25, "B": 75}},
      {"key": "trial", "type": "experiment", "status": "running",
       "variants": [{"id": "control", "is_control": true, "config": {"size": 1}}, {"id": "large", "config": {"size": 2}}],
       "allocation": {"control": 50, "large": 50}}
    ]}"""

    /** A text that is longer than what is handed out without the heap. */
    val LONG: String = "ä".repeat(500)

    fun client(): VexilClient = VexilClient(Source.Memory(DEFINITIONS.replace("LONG", LONG)))
}
