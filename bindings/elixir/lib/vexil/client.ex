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
  default. Where the process crashes or is killed, its client is closed as well, and asks nobody any
  more; what it held is served, older and older, until its supervisor has started it again, and
  whatever would change it is the error `CLOSED`. Subscriptions, overrides, runtime values and
  registrations end with the process: one that is started again knows nothing of them.

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

  alias Vexil.{Error, Listener, Names, Native, Options, State, Telemetry}

  @typedoc "A client's name, or one that was pinned: see `Vexil.pin/1`."
  @type t :: atom | reference

  @subscriptions 100_000
  # Milliseconds that a subscriber waits for this process, which a handler may keep from answering.
  @patience 5_000

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

    # No read would find one by `{:global, ...}` or `{:via, ...}`.
    if not is_atom(name) or is_nil(name),
      do: raise(ArgumentError, "the name of a client is an atom: #{inspect(name)}")

    GenServer.start_link(__MODULE__, {{:everybody, name}, options}, name: name)
  end

  @doc false
  # Starts one that a process has by this name, and those that it starts; all others have what they had.
  def start_link_for(process, name, options) do
    GenServer.start_link(__MODULE__, {{process, name}, options})
  end

  # What a supervisor reports of a child shows how it was started.
  defp hide_key(options) do
    case Keyword.fetch(options, :key) do
      {:ok, key} when is_binary(key) -> Keyword.put(options, :key, fn -> key end)
      _ -> options
    end
  end

  @doc false
  def subscribe(client, what, context, patience \\ @patience) when is_atom(client) do
    subscription = make_ref()
    server = Names.server(client)

    try do
      GenServer.call(server, {:subscribe, subscription, what, context, self()}, patience)
    catch
      :exit, {:timeout, _} ->
        # It will come to it yet, and then takes it back.
        GenServer.cast(server, {:unsubscribe, subscription})
        message = "the client's process has not answered within #{patience} ms"
        {:error, Error.new("SOURCE_TIMEOUT", message)}

      :exit, _ ->
        {:error, not_running(client)}
    end
  end

  @doc false
  def unsubscribe(client, subscription) when is_atom(client) do
    GenServer.call(Names.server(client), {:unsubscribe, subscription})
  catch
    :exit, _ -> :ok
  end

  @doc false
  def allow(client, process) when is_atom(client) do
    GenServer.call(Names.server(client), {:allow, process})
  catch
    :exit, _ -> {:error, not_running(client)}
  end

  @doc false
  # Through the native module, which has each warning logged once: nobody's requests fill the mailbox of this process.
  def warn(client, warning) do
    if native = Names.native(client), do: Native.warn(native, warning)
    :ok
  end

  @doc false
  def not_running(client) do
    Error.new("INVALID_HANDLE", "no client is running by the name #{inspect(client)}")
  end

  @doc false
  def taken(client, process) do
    message = "#{inspect(process)} has a client #{inspect(client)} of a test already"
    Error.new("INVALID_HANDLE", message)
  end

  @impl true
  def init({{whose, name}, options}) do
    Process.flag(:trap_exit, true)
    {handler, options} = Keyword.pop(options, :handler)
    began = System.monotonic_time()

    with {:ok, native} <- Options.start(options),
         :ok <- found_by(whose, name, native) do
      state = %{
        name: name,
        whose: List.wrap(whose),
        native: native,
        handler: handler,
        # Who listens for whom, and the other way round.
        listeners: %{},
        subscriptions: %{}
      }

      duration = System.monotonic_time() - began
      metadata = %{client: name, state: Native.state(native)}
      Telemetry.execute(handler, :start, %{duration: duration}, metadata)
      # For the handler, as for any other subscriber.
      if handler, do: Enum.each([:state, :generation], &({:ok, _} = listen(state, &1, nil, self())))
      {:ok, state}
    else
      {:error, error} -> {:stop, error}
    end
  end

  defp found_by(:everybody, name, native), do: Names.put(name, native)
  defp found_by(process, name, native), do: Names.put(name, process, native)

  defp listen(%{native: native, name: name}, what, context, subscriber),
    do: Listener.start_link(native, name, what, context, subscriber)

  @impl true
  def handle_call({:subscribe, _, _, _, _}, _from, %{listeners: listeners} = state)
      when map_size(listeners) >= @subscriptions do
    message = "#{@subscriptions} subscriptions are there, and there are no more"
    {:reply, {:error, Error.new("TOO_LONG", message)}, state}
  end

  def handle_call({:subscribe, subscription, what, context, subscriber}, _from, state)
      when is_reference(subscription) and is_pid(subscriber) do
    case listen(state, what, context, subscriber) do
      {:ok, listener} ->
        state = put_in(state.listeners[subscription], listener)
        {:reply, {:ok, subscription}, put_in(state.subscriptions[listener], subscription)}

      error ->
        {:reply, error, state}
    end
  end

  def handle_call({:unsubscribe, subscription}, _from, state) do
    {:reply, :ok, unsubscribed(state, subscription)}
  end

  def handle_call({:allow, process}, _from, %{whose: [owner | _] = whose} = state)
      when is_pid(owner) and is_pid(process) do
    allowed = Names.put(state.name, process, state.native)
    {:reply, allowed, if(allowed == :ok, do: %{state | whose: whose ++ [process]}, else: state)}
  end

  def handle_call({:allow, process}, _from, %{whose: [:everybody]} = state)
      when is_pid(process) do
    message = "everybody has the client #{inspect(state.name)}: nobody has to be allowed to"
    {:reply, {:error, Error.new("INVALID_HANDLE", message)}, state}
  end

  # A client does not end because somebody asks it for what it does not know.
  def handle_call(_request, _from, state) do
    message = "the process of a client is asked by the functions of `Vexil` alone"
    {:reply, {:error, Error.new("INVALID_VALUE", message)}, state}
  end

  @impl true
  def handle_cast({:unsubscribe, subscription}, state) do
    {:noreply, unsubscribed(state, subscription)}
  end

  def handle_cast(_request, state), do: {:noreply, state}

  # A listener that could not listen: whoever asked for it was told.
  @impl true
  def handle_info({:EXIT, _, {:shutdown, %Error{}}}, state), do: {:noreply, state}

  # A subscriber has ended, and so has who listened for it. Any other process asks this one to end with it.
  def handle_info({:EXIT, process, reason}, state) do
    case pop_in(state.subscriptions[process]) do
      {nil, state} when reason == :normal -> {:noreply, state}
      {nil, state} -> {:stop, reason, state}
      {subscription, state} -> {:noreply, elem(pop_in(state.listeners[subscription]), 1)}
    end
  end

  def handle_info({:vexil, :state, name, %State{} = now}, state) do
    measurements = %{version: now.version, overrides: now.overrides}
    Telemetry.execute(state.handler, :state, measurements, %{client: name, state: now})
    {:noreply, state}
  end

  def handle_info({:vexil, :generation, name, generation}, state) when is_integer(generation) do
    Telemetry.execute(state.handler, :generation, %{generation: generation}, %{client: name})
    {:noreply, state}
  end

  # Reads fail for nobody's context, and so would never be heard of.
  def handle_info({:vexil, :warning, _, warning}, state) when is_binary(warning) do
    Logger.warning("vexil: #{warning}: defaults are served to whoever asks for it")
    {:noreply, state}
  end

  # Whatever else it is sent is dropped: no mailbox fills with what nobody reads.
  def handle_info(_, state), do: {:noreply, state}

  @impl true
  def terminate(reason, %{name: name, native: native, handler: handler} = state) do
    Enum.each(Map.values(state.listeners), &Listener.stop/1)
    Native.close(native)
    if stopped?(reason), do: Enum.each(state.whose, &found_no_more(&1, name))
    measurements = %{system_time: System.system_time()}
    Telemetry.execute(handler, :stop, measurements, %{client: name, reason: reason})
  end

  defp stopped?(:normal), do: true
  defp stopped?(:shutdown), do: true
  defp stopped?({:shutdown, _}), do: true
  defp stopped?(_crash), do: false

  defp unsubscribed(state, subscription) do
    {listener, state} = pop_in(state.listeners[subscription])
    {_, state} = pop_in(state.subscriptions[listener])
    if listener, do: Listener.stop(listener)
    state
  end

  defp found_no_more(:everybody, name), do: Names.erase(name)
  defp found_no_more(process, name), do: Names.erase(name, process)
end
