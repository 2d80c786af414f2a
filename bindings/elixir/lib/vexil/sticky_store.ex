defmodule Vexil.StickyStore do
  @moduledoc """
  Remembers in memory which variants units were given in experiments that are `sticky`.

  A client takes one as its option `sticky:`. It outlives the client for as long as somebody refers
  to it, and may know assignments already:

      iex> store = Vexil.StickyStore.new(%{"button" => %{"ada" => "green"}})
      iex> Vexil.StickyStore.get(store, "button", "ada")
      "green"
      iex> Vexil.StickyStore.get(store, "button", "bob")
      nil
  """
  alias Vexil.Native

  @opaque t :: reference

  @capacity 100_000

  @doc """
  A store that knows these assignments: `%{experiment => %{unit => variant}}`.

  `capacity:` is for how many pairs of an experiment and a unit there is room, #{@capacity} where
  nothing is said; beyond it those are forgotten that were asked for least recently.
  """
  @spec new(%{String.t() => %{String.t() => String.t()}}, capacity: pos_integer) :: t
  def new(known \\ %{}, options \\ []) do
    [capacity: capacity] = Keyword.validate!(options, capacity: @capacity)
    store = Native.sticky_new(capacity)

    for {experiment, units} <- known, {unit, variant} <- units do
      put(store, experiment, unit, variant)
    end

    store
  end

  @doc "The id of the variant that a unit was given in an experiment, or `nil`."
  @spec get(t, String.t(), String.t()) :: String.t() | nil
  def get(store, experiment, unit), do: Native.sticky_get(store, experiment, unit)

  @doc "Remembers the variant that a unit was given."
  @spec put(t, String.t(), String.t(), String.t()) :: :ok
  def put(store, experiment, unit, variant),
    do: Native.sticky_put(store, experiment, unit, variant)

  @doc "How many pairs of an experiment and a unit are remembered."
  @spec size(t) :: non_neg_integer
  def size(store), do: Native.sticky_size(store)
end
