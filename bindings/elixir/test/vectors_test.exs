defmodule Vexil.VectorsTest do
  # The corpus of vectors, through the client. It compares, and decides nothing.
  use ExUnit.Case, async: true

  alias Vexil.{Context, Corpus, Native, StickyStore}

  @now "2026-01-01T00:00:00Z"

  # Kinds that are no matter of a client: it tells the bucket of an evaluation, and not that of any salt and unit; what is
  # hashed is the core's matter; what authors write is checked by `vexil validate` and the control plane.
  @other_kinds ~w(bucketing siphash validation)

  # Members of a case that no host has a word for, how many cases have them, and why.
  @skips Corpus.skips()

  @files for %{"kind" => "evaluation", "path" => path, "cases" => cases} <- Corpus.index(),
             do: {path, cases}

  test "every kind is run, or is no matter of a client" do
    kinds = for %{"kind" => kind} <- Corpus.index(), uniq: true, do: kind
    assert Enum.sort(kinds) == Enum.sort(["evaluation" | @other_kinds])
  end

  test "no more cases are passed over than are listed" do
    cases = for {path, _} <- @files, one <- Corpus.read(path)["cases"], do: one
    assert length(cases) > 2_000

    for %{"member" => member, "cases" => count} <- @skips do
      assert Enum.count(cases, &is_map_key(&1, member)) == count
    end
  end

  for {path, count} <- @files do
    @tag timeout: 120_000
    test path do
      {passed, skipped} = run(unquote(path), unquote(count))
      report(unquote(path), passed, skipped)
    end
  end

  defp run(path, count) do
    content = Corpus.read(path)
    assert length(content["cases"]) == count
    definitions = Corpus.definitions(path, content)
    {skipped, cases} = Enum.split_with(content["cases"], &passed_over?/1)

    # Where something is remembered, each question has a client and a store of its own.
    {remembering, others} = Enum.split_with(cases, &(is_map_key(&1, "sticky") or stores?(&1)))

    failures =
      for {environment, cases} <- Enum.group_by(others, & &1["environment"]),
          client = start(definitions, environment: environment),
          one <- cases,
          {way, context} <- contexts(one),
          failure <- ask(client, one, way, context),
          do: failure

    of_stores =
      for one <- remembering,
          {way, context} <- contexts(one),
          failure <- ask_remembering(definitions, one, way, context) do
        failure
      end

    refused =
      for one <- cases,
          contexts(one) == [],
          one["expect"]["error"] != "INVALID_CONTEXT",
          do: one["name"]

    assert failures ++ of_stores == []
    assert refused == []
    {length(cases), length(skipped)}
  end

  defp passed_over?(one), do: Enum.any?(@skips, &is_map_key(one, &1["member"]))

  defp stores?(one), do: is_map_key(one["expect"], "store")

  defp start(definitions, options) do
    name = :"vectors-#{System.unique_integer([:positive])}"
    options = [name: name, source: {:memory, definitions}] ++ options
    start_supervised!({Vexil, options})
    name
  end

  # Read in place, with names that are text and names that are atoms, and prepared; none where it is no context.
  defp contexts(one) do
    tree =
      case one do
        %{"context_text" => text} -> Native.json_decode(text)
        _ -> {:ok, Map.get(one, "context", %{})}
      end

    with {:ok, tree} <- tree, {:ok, prepared} <- Context.new(tree) do
      [text: tree, atoms: atoms(tree), prepared: prepared]
    else
      {:error, _} -> []
    end
  end

  defp atoms(tree) when is_map(tree) do
    Map.new(tree, fn {name, value} ->
      {if(byte_size(name) < 256, do: String.to_atom(name), else: name), atoms(value)}
    end)
  end

  defp atoms(tree), do: tree

  defp ask_remembering(definitions, one, way, context) do
    store = StickyStore.new(one["sticky"] || %{})
    client = start(definitions, environment: one["environment"], sticky: store)
    ask(client, one, way, context) ++ stored(store, one)
  end

  defp ask(client, one, way, context) do
    :ok = Vexil.clear_overrides(client: client)

    for {key, value} <- one["overrides"] || %{} do
      :ok = Vexil.set_override(key, value, client: client)
    end

    pinned = Vexil.pin!(client: client, at: one["now"] || @now, overrides: one["request_overrides"])
    as = one["type"] && String.to_existing_atom(one["type"])
    details = Vexil.details(one["key"], context, nil, as: as, client: pinned)

    for {member, wanted} <- one["expect"],
        member != "store",
        got <- [Map.fetch!(details, field(member))],
        not Corpus.same?(got, wanted),
        do: "#{one["name"]} (#{way}): #{member} is #{inspect(got)}, not #{inspect(wanted)}"
  end

  defp field("error"), do: :error_code
  defp field(member), do: String.to_existing_atom(member)

  # What the store knows beside what it knew before is what was put.
  defp stored(store, %{"expect" => %{"store" => wanted}} = one) do
    known =
      for {experiment, units} <- one["sticky"] || %{},
          {unit, variant} <- units,
          do: {experiment, unit, variant}

    put = if wanted, do: [{wanted["experiment"], wanted["unit"], wanted["variant"]}], else: []

    pairs =
      Map.new(known ++ put, fn {experiment, unit, variant} -> {{experiment, unit}, variant} end)

    is_same =
      StickyStore.size(store) == map_size(pairs) and
        Enum.all?(pairs, fn {{experiment, unit}, variant} ->
          StickyStore.get(store, experiment, unit) == variant
        end)

    if is_same, do: [], else: ["#{one["name"]}: the store does not have #{inspect(wanted)}"]
  end

  defp stored(_store, _one), do: []

  # Where somebody compares hosts, each file has a line of its own until all are there.
  defp report(path, passed, skipped) do
    with folder when folder != nil <- System.get_env("VEXIL_CONFORMANCE") do
      Agent.update(
        Vexil.VectorsTest.Report,
        &Map.put(&1, path, %{passed: passed, skipped: skipped})
      )

      files = Agent.get(Vexil.VectorsTest.Report, & &1)
      {:ok, json} = Native.json_encode(%{host: "elixir", files: files})
      File.mkdir_p!(folder)
      File.write!(Path.join(folder, "elixir.json"), json)
    end
  end

  setup_all do
    start_supervised!(%{
      id: __MODULE__,
      start: {Agent, :start_link, [fn -> %{} end, [name: __MODULE__.Report]]}
    })

    :ok
  end
end
