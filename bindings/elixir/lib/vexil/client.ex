defmodule Vexil.Client do
  @moduledoc """
  The process that owns a client: it starts it, closes it, and knows who listens. Reads do not go
  through it.

      children = [
        {Vexil, url: "https://flags.example.com", key: System.fetch_env!("VEXIL_SDK_KEY")}
      ]

      Supervisor.start_link(children, strategy: :one_for_one)

  It starts when the first definitions are here, or when it has waited for them as long as
  `start_timeout` says. A client that is stopped is closed, and reads by its name give the caller's
  default. Where the process crashes, what it held is served until its supervisor has started it
  again; subscriptions end with the process.

  ## Options

  `name:` is an atom, `Vexil` where nothing is said: the client that functions of `Vexil` ask. More
  clients have names of their own, which those functions take as `client:`.

  Where definitions come from is one of

    * `url:` and `key:`: a control plane, and an SDK key of one environment. The key may be a
      function without arguments that gives it. It is in no log, and no report of a crash.
    * `source: {:file, path}`: a file, which is watched
    * `source: {:memory, definitions}`: the program itself, in JSON or as a term; see `Vexil.put/2`
    * `source: :env`: what the environment variables in `docs/clients.md` say; no other option but
      `name:` and `handler:` goes with it. They are those that the machine was started with, and
      `System.put_env/2` changes nothing of them.

  All others are those of `docs/clients.md`. Times are in milliseconds: `polling_interval:`,
  `silence:`, `request_timeout:`, `start_timeout:`, `cache_max_age:`, `retry_base:`, `retry_max:`,
  `telemetry_interval:`. Further there are `environment:`, `bootstrap:` (JSON or a term),
  `streaming:` (`:off`, `:events`, `:websocket`), `cache_folder:`, `retry_attempts:`, `fallback:`
  (`:cache`, `:default`, `:throw`), `offline:`, `trusted_keys:` (a list of `%{id: ..., public:
  ...}`), `certificates:`, `allow_overrides:`, `telemetry:`, `telemetry_exposures:`,
  `instance_id:`, `service_name:`, `app_version:`.

  `sticky:` is `:memory`, `{:file, path}` (with `sticky_capacity:`) or a `Vexil.StickyStore`.
  `handler:` hears of the client's events: see `Vexil.Telemetry`.
  """
  use GenServer
  require Logger

  alias Vexil.{Error, Native, Options, Telemetry}

  @typedoc "A client's name, or one that was pinned: see `Vexil.pin/1`."
  @type t :: atom | reference

  @subscriptions 100_000
  # A program that has more mistakes than that mends some first.
  @warnings 100

  @doc false
  def child_spec(options) do
    options = hide_key(options)

    %{
      id: Keyword.get(options, :name, Vexil),
      start: {__MODULE__, :start_link, [options]},
      # What was counted is told while it closes, for two seconds at most.
      shutdown: 10_000
    }
  end

  @doc "Starts a client, linked to the process that calls."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(options) do
    {name, options} = options |> hide_key() |> Keyword.pop(:name, Vexil)
    GenServer.start_link(__MODULE__, {name, options}, name: name)
  end

  # What a supervisor reports of a child shows how it was started.
  defp hide_key(options) do
    case Keyword.fetch(options, :key) do
      {:ok, key} when is_binary(key) -> Keyword.put(options, :key, fn -> key end)
      _ -> options
    end
  end

  @doc false
  def native(client) when is_atom(client), do: :persistent_term.get({__MODULE__, client}, nil)
  def native(client) when is_reference(client), do: client

  @doc false
  def subscribe(client, what, context) when is_atom(client) do
    GenServer.call(client, {:subscribe, what, context, self()})
  catch
    :exit, _ -> {:error, not_running(client)}
  end

  @doc false
  def unsubscribe(client, subscription) when is_atom(client) do
    GenServer.call(client, {:unsubscribe, subscription})
  catch
    :exit, _ -> :ok
  end

  @doc false
  def warn(client, warning) do
    if pid = Process.whereis(client), do: send(pid, {:vexil, :warning, client, warning})
    :ok
  end

  @doc false
  def not_running(client) do
    Error.new("INVALID_HANDLE", "no client is running by the name #{inspect(client)}")
  end

  @impl true
  def init({name, options}) do
    Process.flag(:trap_exit, true)
    {handler, options} = Keyword.pop(options, :handler)
    began = System.monotonic_time()

    with {:ok, native} <- Options.start(options) do
      :persistent_term.put({__MODULE__, name}, native)

      state = %{
        name: name,
        native: native,
        handler: handler,
        listening: %{},
        own: [],
        warned: MapSet.new()
      }

      duration = System.monotonic_time() - began
      metadata = %{client: name, state: Native.state(native)}
      Telemetry.execute(handler, :start, %{duration: duration}, metadata)
      {:ok, listen(state)}
    else
      {:error, error} -> {:stop, error}
    end
  end

  # For the handler.
  defp listen(%{handler: nil} = state), do: state

  defp listen(%{native: native, name: name} = state) do
    {:ok, of_state} = Native.on_state(native, self(), name)
    {:ok, of_generations} = Native.on_generation(native, self(), name)
    %{state | own: [of_state, of_generations]}
  end

  @impl true
  def handle_call({:subscribe, _, _, _}, _from, %{listening: listening} = state)
      when map_size(listening) >= @subscriptions do
    message = "#{@subscriptions} subscriptions are there, and there are no more"
    {:reply, {:error, Error.new("TOO_LONG", message)}, state}
  end

  def handle_call({:subscribe, what, context, pid}, _from, state) do
    case native_listening(state, what, context, pid) do
      {:ok, listening} ->
        subscription = Process.monitor(pid)
        {:reply, {:ok, subscription}, put_in(state.listening[subscription], listening)}

      error ->
        {:reply, error, state}
    end
  end

  def handle_call({:unsubscribe, subscription}, _from, state) do
    Process.demonitor(subscription, [:flush])
    {:reply, :ok, forget(state, subscription)}
  end

  @impl true
  def handle_info({:DOWN, subscription, :process, _, _}, state) do
    {:noreply, forget(state, subscription)}
  end

  def handle_info({:vexil, :state, name, now}, state) do
    measurements = %{version: now.version, overrides: now.overrides}
    Telemetry.execute(state.handler, :state, measurements, %{client: name, state: now})
    {:noreply, state}
  end

  def handle_info({:vexil, :generation, name, generation}, state) do
    Telemetry.execute(state.handler, :generation, %{generation: generation}, %{client: name})
    {:noreply, state}
  end

  # Reads fail for nobody's context, and so would never be heard of.
  def handle_info({:vexil, :warning, _, warning}, %{warned: warned} = state) do
    if MapSet.member?(warned, warning) or MapSet.size(warned) >= @warnings do
      {:noreply, state}
    else
      Logger.warning("vexil: #{warning}: defaults are served to whoever asks for it")
      {:noreply, %{state | warned: MapSet.put(warned, warning)}}
    end
  end

  def handle_info(_, state), do: {:noreply, state}

  @impl true
  def terminate(reason, %{name: name, native: native, handler: handler} = state) do
    Enum.each(state.own ++ Map.values(state.listening), &Native.cancel/1)
    Native.close(native)
    if stopped?(reason), do: :persistent_term.erase({__MODULE__, name})
    measurements = %{system_time: System.system_time()}
    Telemetry.execute(handler, :stop, measurements, %{client: name, reason: reason})
  end

  defp stopped?(:normal), do: true
  defp stopped?(:shutdown), do: true
  defp stopped?({:shutdown, _}), do: true
  defp stopped?(_crash), do: false

  defp native_listening(%{native: native, name: name}, what, context, pid) do
    case what do
      :state -> Native.on_state(native, pid, name)
      :generation -> Native.on_generation(native, pid, name)
      {namespace, key} -> Native.on_change(native, pid, name, namespace, key, context)
    end
  end

  defp forget(state, subscription) do
    {listening, state} = pop_in(state.listening[subscription])
    if listening, do: Native.cancel(listening)
    state
  end
end
