defmodule Vexil.Names do
  # Where a client is found: by its name, for everybody, or in tests by its name and the process that asks.
  #
  # Reads look here. It is in persistent terms, so to look takes no lock and copies nothing.
  @moduledoc false

  # What is found by a name of which tests have clients of their own: everybody's is beside it.
  @of_tests :of_tests

  @doc "The native client that the process which asks has by this name, or `nil`."
  def native(client) when is_reference(client), do: client

  def native(name) when is_atom(name) do
    case :persistent_term.get(key(name), nil) do
      @of_tests ->
        case of_test(name) do
          {native, _server} -> native
          nil -> :persistent_term.get({__MODULE__, name, :everybody}, nil)
        end

      native ->
        native
    end
  end

  @doc "The process of that client, to be called: its name where everybody has it."
  def server(name) when is_atom(name) do
    with @of_tests <- :persistent_term.get(key(name), nil),
         {_native, server} <- of_test(name) do
      server
    else
      _ -> name
    end
  end

  @doc "Has everybody find this client by its name, but for tests that have their own."
  def put(name, native) do
    alone(name, fn ->
      case :persistent_term.get(key(name), nil) do
        @of_tests -> :persistent_term.put({__MODULE__, name, :everybody}, native)
        _ -> :persistent_term.put(key(name), native)
      end
    end)
  end

  @doc "Has everybody find nothing by this name."
  def erase(name) do
    alone(name, fn ->
      case :persistent_term.get(key(name), nil) do
        @of_tests -> :persistent_term.erase({__MODULE__, name, :everybody})
        _ -> :persistent_term.erase(key(name))
      end
    end)
  end

  @doc """
  Has a process, and those that it starts, find this client by that name: that of the process which
  calls. It is refused where they have one already.
  """
  def put(name, process, native) do
    alone(name, fn ->
      with {_native, server} <- :persistent_term.get({__MODULE__, name, process}, nil),
           true <- Process.alive?(server) do
        {:error, {:already_started, server}}
      else
        _ ->
          shadow(name)
          :persistent_term.put({__MODULE__, name, process}, {native, self()})
      end
    end)
  end

  @doc "Has a process find by this name what everybody does."
  def erase(name, process), do: :persistent_term.erase({__MODULE__, name, process})

  # Once a test had a client by this name, whoever looks for it looks for that of a test first.
  defp shadow(name) do
    case :persistent_term.get(key(name), nil) do
      @of_tests ->
        :ok

      native ->
        if native, do: :persistent_term.put({__MODULE__, name, :everybody}, native)
        :persistent_term.put(key(name), @of_tests)
    end
  end

  # The process that asks, whose task it is, and under whom it was started.
  defp of_test(name) do
    [self() | Process.get(:"$callers", []) ++ Process.get(:"$ancestors", [])]
    |> Enum.map(&if(is_atom(&1), do: Process.whereis(&1), else: &1))
    |> Enum.find_value(&:persistent_term.get({__MODULE__, name, &1}, nil))
  end

  # The default client's is an atom alone, which takes the least to look for; `Vexil` does so itself.
  defp key(Vexil), do: Vexil
  defp key(name), do: {__MODULE__, name}

  defp alone(name, change), do: :global.trans({{__MODULE__, name}, self()}, change, [node()])
end
