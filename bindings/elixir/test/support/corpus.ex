defmodule Vexil.Corpus do
  # The one corpus of vectors, as all hosts read it.
  @moduledoc false
  alias Vexil.Native

  @folder Path.expand("../../../../tests/vectors", __DIR__)

  # `cargo xtask test` names a corpus with new vectors among them.
  defp folder, do: System.get_env("VEXIL_TEST_VECTORS", @folder)

  @doc "What the index says of every file."
  def index, do: read("index.json")["files"]

  @doc "What the index says of members that no host has a word for."
  def skips, do: read("index.json")["skips"]

  @doc "A file, whole."
  def read(path) do
    {:ok, content} = folder() |> Path.join(path) |> File.read!() |> Native.json_decode()
    content
  end

  @doc "The definitions of a file as text: maps forget the order of members, which allocations go by."
  def definitions(path, content) do
    content["definitions_text"] ||
      folder() |> Path.join(path) |> File.read!() |> Native.json_member("definitions")
  end

  @doc "Whether two values are the same as JSON, with numbers by value."
  def same?(a, b) when is_number(a) and is_number(b), do: a == b
  def same?(a, b) when is_list(a) and length(a) == length(b), do: all_same?(Enum.zip(a, b))

  def same?(a, b) when is_map(a) and is_map(b) and map_size(a) == map_size(b),
    do: Enum.all?(a, fn {name, value} -> is_map_key(b, name) and same?(value, b[name]) end)

  def same?(a, b), do: a === b

  defp all_same?(pairs), do: Enum.all?(pairs, fn {a, b} -> same?(a, b) end)
end
