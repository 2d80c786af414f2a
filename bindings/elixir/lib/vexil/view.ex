defmodule Vexil.View do
  @moduledoc """
  What keys are for one context at one moment: evaluated once, by one snapshot, and read as often as
  one likes. Made by `Vexil.view/2`.

  It never changes. A read counts as one of the client does. Keys that the view is not of are not
  found.
  """
  alias Vexil.{Asked, Context, Details, Error, Native}

  @enforce_keys [:made]
  defstruct [:made]

  @opaque t :: %__MODULE__{made: reference}

  @boolean Asked.number(:boolean)
  @integer Asked.number(:integer)
  @float Asked.number(:float)
  @string Asked.number(:string)
  @json Asked.number(:json)
  @any Asked.number(nil)

  @doc """
  Whether a flag was on; off where it was none, or is not in the view.

      iex> view = Vexil.view!(%{user: %{id: "ada"}})
      iex> {Vexil.View.enabled?(view, "checkout.v2"), Vexil.View.enabled?(view, "no.such.flag")}
      {true, false}
  """
  @spec enabled?(t, Vexil.key()) :: boolean
  def enabled?(%__MODULE__{made: made}, key), do: Native.view_value(made, key, @boolean, false)

  @doc "As `Vexil.value/4`."
  @spec value(t, Vexil.key(), default) :: Vexil.value() | default when default: term
  def value(%__MODULE__{made: made}, key, default \\ nil),
    do: Native.view_value(made, key, @any, default)

  @doc "As `Vexil.bool/4`."
  @spec bool(t, Vexil.key(), default) :: boolean | default when default: term
  def bool(%__MODULE__{made: made}, key, default \\ false),
    do: Native.view_value(made, key, @boolean, default)

  @doc "As `Vexil.int/4`."
  @spec int(t, Vexil.key(), default) :: integer | default when default: term
  def int(%__MODULE__{made: made}, key, default \\ 0),
    do: Native.view_value(made, key, @integer, default)

  @doc "As `Vexil.float/4`."
  @spec float(t, Vexil.key(), default) :: float | default when default: term
  def float(%__MODULE__{made: made}, key, default \\ 0.0),
    do: Native.view_value(made, key, @float, default)

  @doc "As `Vexil.string/4`."
  @spec string(t, Vexil.key(), default) :: String.t() | default when default: term
  def string(%__MODULE__{made: made}, key, default \\ ""),
    do: Native.view_value(made, key, @string, default)

  @doc "As `Vexil.json/4`."
  @spec json(t, Vexil.key(), default) :: Vexil.value() | default when default: term
  def json(%__MODULE__{made: made}, key, default \\ nil),
    do: Native.view_value(made, key, @json, default)

  @doc "As `Vexil.details/4`."
  @spec details(t, Vexil.key(), term, as: atom) :: Details.t()
  def details(%__MODULE__{made: made}, key, default \\ nil, options \\ []) do
    [as: as] = Keyword.validate!(options, as: nil)
    made |> Native.view_details(key, Asked.number(as), default) |> Details.new()
  end

  @doc "As `Vexil.variant/3`."
  @spec variant(t, Vexil.key()) :: String.t() | nil
  def variant(%__MODULE__{made: made}, experiment), do: Native.view_variant(made, experiment)

  @doc "As `Vexil.variant_config/4`."
  @spec variant_config(t, Vexil.key(), default) :: Vexil.value() | default when default: term
  def variant_config(%__MODULE__{made: made}, experiment, default \\ nil),
    do: Native.view_variant_config(made, experiment, default)

  @doc "What every key of the view came to."
  @spec evaluate_all(t) :: %{Vexil.key() => Details.t()}
  def evaluate_all(%__MODULE__{made: made}), do: made |> Native.view_all() |> Details.all()

  @doc """
  A view that is made now, of the same keys: for the same context, or for another one.

      iex> view = Vexil.view!(%{user: %{id: "ada"}})
      iex> Vexil.set_override("theme", "blue")
      iex> {:ok, renewed} = Vexil.View.renew(view)
      iex> {Vexil.View.current?(view), Vexil.View.string(view, "theme")}
      {false, "dark"}
      iex> {Vexil.View.current?(renewed), Vexil.View.string(renewed, "theme")}
      {true, "blue"}
  """
  @spec renew(t, Context.t() | nil) :: {:ok, t} | {:error, Error.t()}
  def renew(%__MODULE__{made: made}, context \\ nil) do
    with {:ok, made} <- Native.view_renew(made, context), do: {:ok, %__MODULE__{made: made}}
  end

  @doc """
  Whether a view that is made now would say the same, as far as can be told: nothing else is in
  force, and it is younger than the polling interval.
  """
  @spec current?(t) :: boolean
  def current?(%__MODULE__{made: made}), do: Native.view_is_current(made)

  @doc """
  What it was made with: the version of the definitions, where they came from, and for how long
  nobody had said that they are the newest, in milliseconds.
  """
  @spec made_with(t) :: %{
          version: non_neg_integer,
          origin: String.t(),
          stale_ms: non_neg_integer | nil
        }
  def made_with(%__MODULE__{made: made}) do
    {version, origin, stale_ms} = Native.view_origin(made)
    %{version: version, origin: origin, stale_ms: stale_ms}
  end
end
