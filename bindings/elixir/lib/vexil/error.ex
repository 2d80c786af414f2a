defmodule Vexil.Error do
  @moduledoc """
  What a call failed with.

  `code` and `name` are stable: they are a row of the
  table of codes in `docs/errors.md`, which all of Vexil's
  languages share. `message` is for a person, and may change.

      iex> {:error, error} = Vexil.Context.new(%{pid: self()})
      iex> {error.code, error.name}
      {130, "INVALID_CONTEXT"}
      iex> Exception.message(error)
      "`pid` in the context is a process, which no context holds (INVALID_CONTEXT)"
  """
  defexception [:code, :name, :message]

  @type t :: %__MODULE__{code: integer, name: String.t(), message: String.t()}

  @impl true
  def message(%__MODULE__{name: name, message: message}), do: "#{message} (#{name})"

  @doc false
  def new(name, message) do
    {code, ^name, _meaning} = List.keyfind(Vexil.Native.codes(), name, 1)
    %__MODULE__{code: code, name: name, message: message}
  end

  @doc false
  def unwrap!(:ok), do: :ok
  def unwrap!({:ok, made}), do: made
  def unwrap!({:error, %__MODULE__{} = error}), do: raise(error)

  @doc """
  Every code there is: its number, its stable name, and what it means.

      iex> {240, "CLOSED", _meaning} = List.keyfind(Vexil.Error.codes(), 240, 0)
  """
  @spec codes() :: [{integer, String.t(), String.t()}]
  def codes, do: Vexil.Native.codes()
end
