defmodule Vexil.Shop do
  # The definitions that most tests ask about.
  @moduledoc false

  @definitions ~S"""
  {"schema": 1, "version": 7, "entries": [
    {"key": "checkout.v2", "default": true},
    {"key": "limit", "type": "config", "value_type": "integer", "default": 100},
    {"key": "ratio", "type": "config", "value_type": "float", "default": 0.5},
    {"key": "theme", "type": "config", "value_type": "string", "default": "dark"},
    {"key": "limits", "type": "config", "value_type": "json",
     "default": {"per": "minute", "most": [10, 100]}},
    {"key": "plan", "type": "config", "value_type": "string", "default": "free", "rules": [
      {"id": "pro", "condition": {"tenant.tier": {"eq": "pro"}}, "action": {"value": "pro"}},
      {"id": "staff", "condition": {"groups": {"contains": "staff"}}, "action": {"value": "staff"}},
      {"id": "late", "condition": {"joined": {"after": "2026-01-01T00:00:00Z"}},
       "action": {"value": "late"}},
      {"id": "adult", "condition": {"user.age": {"gte": 18}}, "action": {"value": "adult"}}
    ]},
    {"key": "button", "type": "experiment", "status": "running",
     "variants": [{"id": "green", "config": {"color": "#0f0"}}], "allocation": {"green": 100}}
  ]}
  """

  def definitions, do: @definitions

  @doc "A client of its own for a test, by its name."
  def start(options \\ []) do
    name = :"shop-#{System.unique_integer([:positive])}"
    options = Keyword.put_new(options, :source, {:memory, @definitions})
    ExUnit.Callbacks.start_supervised!({Vexil, [name: name] ++ options}, id: name)
    name
  end

  @doc "Waits until something is so, for a minute at most."
  def eventually(what, left \\ 6_000) do
    cond do
      found = what.() ->
        found

      left == 0 ->
        ExUnit.Assertions.flunk("it did not come to be so within a minute")

      true ->
        receive do
        after
          10 -> eventually(what, left - 1)
        end
    end
  end
end
