defmodule Vexil.ContractTest do
  # The contract with a real control plane: tests/contract/README.md has the protocol. The program asks line by line, and
  # what it asks for is done through the package's public functions. It decides nothing.
  use ExUnit.Case, async: true
  alias Vexil.{Change, Native}

  @client __MODULE__.Client

  # Between two requests the program waits for what it has changed; nothing that it waits for takes so long.
  @patience 300_000

  case {System.get_env("VEXIL_TEST_CONTRACT"), System.get_env("CI")} do
    {nil, "true"} ->
      raise "VEXIL_TEST_CONTRACT names no program"

    {nil, _} ->
      IO.puts("SKIPPED: the contract, for VEXIL_TEST_CONTRACT names no program")
      @moduletag skip: "VEXIL_TEST_CONTRACT names no program"

    {_program, _} ->
      :ok
  end

  @tag timeout: 900_000
  test "the contract" do
    # A client that does not start is an answer.
    Process.flag(:trap_exit, true)
    program = System.fetch_env!("VEXIL_TEST_CONTRACT")
    options = [:binary, :exit_status, line: 65_536, args: ["elixir"]]
    port = Port.open({:spawn_executable, program}, options)
    # What did not hold is on the program's standard error, which is this machine's own.
    assert serve(port, "") == 0, "the contract does not hold: see above"
    close()
  end

  defp serve(port, begun) do
    receive do
      {^port, {:data, {:noeol, part}}} ->
        serve(port, begun <> part)

      {^port, {:data, {:eol, rest}}} ->
        {:ok, request} = Native.json_decode(begun <> rest)
        {:ok, answer} = request |> answer() |> Native.json_encode()
        Port.command(port, answer <> "\n")
        serve(port, "")

      {^port, {:exit_status, status}} ->
        status
    after
      @patience -> flunk("the program has asked for nothing in #{@patience} ms")
    end
  end

  defp answer(request) do
    perform(request)
  rescue
    error -> %{failed: Exception.message(error)}
  end

  defp perform(%{"do" => "open", "options" => options}) do
    close()

    case Vexil.Client.start_link([name: @client] ++ Enum.flat_map(options, &option/1)) do
      {:ok, _} -> %{code: nil}
      {:error, error} -> %{code: error.name}
    end
  end

  defp perform(%{"do" => "read", "key" => key, "type" => type, "default" => default} = request) do
    as = String.to_existing_atom(type)
    details = Vexil.details(key, context(request), default, as: as, client: @client)

    %{
      value: details.value,
      variation: details.variation,
      reason: details.reason,
      code: details.error_code,
      origin: details.origin,
      stale: details.stale_ms != nil
    }
  end

  defp perform(%{"do" => "variant", "experiment" => experiment} = request) do
    context = context(request)

    %{
      variant: Vexil.variant(experiment, context, client: @client),
      config: Vexil.variant_config(experiment, context, nil, client: @client)
    }
  end

  defp perform(%{"do" => "state"}) do
    state = Vexil.state(client: @client)

    %{
      initialized: state.initialized,
      connection: state.connection,
      version: state.version,
      origin: state.origin,
      stale: state.stale_since_ms != nil,
      last_error: state.last_error && state.last_error.name
    }
  end

  defp perform(%{"do" => "watch", "key" => key}) do
    {:ok, _} = Vexil.subscribe(key, client: @client)
    %{code: nil}
  end

  defp perform(%{"do" => "heard"}), do: %{changes: heard()}

  defp perform(%{"do" => "refresh"}) do
    case Vexil.refresh(client: @client) do
      :ok -> %{code: nil}
      {:error, error} -> %{code: error.name}
    end
  end

  defp perform(%{"do" => "close"}) do
    close()
    %{code: nil}
  end

  defp context(request), do: request["context"] || %{}

  defp heard do
    receive do
      {:vexil, :change, @client, %Change{key: key, old: old, new: new}} ->
        [%{key: key, old: old, new: new} | heard()]
    after
      0 -> []
    end
  end

  # The names of docs/clients.md, as this package has them.
  defp option({"source", %{"http" => %{"url" => url, "key" => key}}}), do: [url: url, key: key]

  defp option({name, value}),
    do: [{name |> String.replace_suffix("_ms", "") |> String.to_atom(), value}]

  defp close, do: if(pid = Process.whereis(@client), do: GenServer.stop(pid))
end
