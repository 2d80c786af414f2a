defmodule Vexil.Context do
  @moduledoc """
  Who asks, prepared once for many reads.

  Everywhere a context is asked for, a plain map will do: it is read where it is, and only what an
  evaluation asks for is looked at. For one that asks again and again a prepared one is faster.

  A context holds text, numbers, booleans, lists, and maps of these, nested or with dotted names.
  Names are atoms or text; where both are there the atom counts. `nil` is as if it were not there.
  Other atoms are given as their text; a `DateTime`, `NaiveDateTime`, `Date` or `Time` as the text
  of ISO 8601. What no context holds, such as a pid, a tuple or another struct, is
  `INVALID_CONTEXT`: here at once, in a plain map for whoever asks for it. So is a text of more than
  64 KiB, and a list of more than 10,000 items. Of a plain map one read looks at 4 MiB at most,
  whatever it looks at more than once included, and an item of a list counts 16 bytes and its text. A
  prepared one has 1,000 attributes at most, and a megabyte of text.
  """

  @opaque prepared :: reference
  @typedoc "What functions of `Vexil` take for a context."
  @type t :: map | prepared

  @doc """
  Prepares a context.

      iex> {:ok, ada} = Vexil.Context.new(%{user: %{id: "ada"}})
      iex> Vexil.enabled?("checkout.v2", ada)
      true
  """
  @spec new(map) :: {:ok, prepared} | {:error, Vexil.Error.t()}
  def new(attributes), do: Vexil.Native.context_new(attributes)

  @doc "As `new/1`; raises a `Vexil.Error`."
  @spec new!(map) :: prepared
  def new!(attributes), do: Vexil.Error.unwrap!(new(attributes))
end
