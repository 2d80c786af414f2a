defmodule Vexil.DocsTest do
  # What the documentation shows, with the client that it asks.
  use ExUnit.Case

  setup do
    start_supervised!({Vexil, source: {:memory, Vexil.Shop.definitions()}})
    :ok
  end

  doctest Vexil
  doctest Vexil.Context
  doctest Vexil.Error
  doctest Vexil.StickyStore
  doctest Vexil.Testing
  doctest Vexil.View

  test "the codes are those of docs/errors.md" do
    docs = File.read!(Path.expand("../../../docs/errors.md", __DIR__))
    [_, table] = Regex.run(~r/<!-- codes: begin -->(.*)<!-- codes: end -->/s, docs)
    rows = Regex.scan(~r/^\| (\d+) \| `(\w+)` \| (.*) \|$/m, table, capture: :all_but_first)
    told = for {code, name, meaning} <- Vexil.Error.codes(), do: ["#{code}", name, meaning]
    assert rows == told
  end

  test "every option of docs/clients.md that a host has is taken, or refused with a reason" do
    docs = File.read!(Path.expand("../../../docs/clients.md", __DIR__))
    [_, table] = String.split(docs, "## Options across the boundary")
    names = Regex.scan(~r/^\| `(\w+)` \|/m, table, capture: :all_but_first)
    said_otherwise = ~w(source sticky_file sdk threadless)
    assert length(names) > 20
    assert said_otherwise -- List.flatten(names) == []

    for [name] <- names, name not in said_otherwise do
      name = name |> String.replace_suffix("_ms", "") |> String.to_atom()
      # An empty map is of no option's type: what is known is refused for that, and not as unknown.
      {:error, error} = Vexil.Options.start([{name, %{}}, source: {:memory, "[]"}])
      refute error.message =~ "there is no option", "#{name}: #{error.message}"
      # But for that one, which may be a map.
      assert name == :bootstrap or error.message =~ "`#{name}`: ", "#{name}: #{error.message}"
    end

    assert {:error, %Vexil.Error{message: message}} =
             Vexil.Options.start(colour: "green", source: {:memory, "[]"})

    assert message == "there is no option `colour`"
  end
end
