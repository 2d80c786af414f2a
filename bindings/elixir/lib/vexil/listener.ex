defmodule Vexil.Listener do
  # Who listens for a subscriber: the native module tells it, and it tells on.
  #
  # A mailbox has no bound of its own. One that is full gets no more from here than the last word, once there is room: of
  # states and generations the newest, and of a key what it was when the subscriber was told last, and what it is.
  @moduledoc false
  use GenServer, restart: :temporary

  alias Vexil.{Change, Error, Native}

  # Unread messages of a subscriber that is told no more.
  @room 1_000
  # Milliseconds until it is looked again: twice as long each time that there is no room yet.
  @pause 10
  @longest 1_000

  @doc "Listens to `what` for a process, linked to the client's, which calls."
  def start_link(native, client, what, context, subscriber) do
    case GenServer.start_link(__MODULE__, {native, client, what, context, subscriber}) do
      {:error, {:shutdown, error}} -> {:error, error}
      started -> started
    end
  end

  @doc "Has it listen no more, whatever it waits for: what comes later is not told. The client's process calls."
  def stop(listener) do
    monitor = Process.monitor(listener)
    # Its end is no news.
    Process.unlink(listener)
    Process.exit(listener, :kill)

    receive do
      {:DOWN, ^monitor, _, _, _} -> :ok
    end

    receive do
      {:EXIT, ^listener, _} -> :ok
    after
      0 -> :ok
    end
  end

  @impl true
  def init({native, client, what, context, subscriber}) do
    Process.monitor(subscriber)

    case listen(native, client, what, context) do
      # It listens for as long as somebody refers to it.
      {:ok, listening} ->
        state = %{subscriber: subscriber, listening: listening, held: nil}
        {:ok, Map.merge(state, %{waits?: false, pause: @pause})}

      {:error, error} ->
        {:stop, {:shutdown, error}}
    end
  end

  defp listen(native, client, what, context) do
    case what do
      :state -> Native.on_state(native, self(), client)
      :generation -> Native.on_generation(native, self(), client)
      {namespace, key} -> Native.on_change(native, self(), client, namespace, key, context)
      _ -> {:error, nothing(what)}
    end
  rescue
    # A key or a namespace that is no text.
    ArgumentError -> {:error, nothing(what)}
  end

  defp nothing(what), do: Error.new("INVALID_VALUE", "nobody listens to #{inspect(what)}")

  @impl true
  def handle_info({:vexil, _kind, _client, _told} = news, state) do
    {:noreply, tell(%{state | held: both(state.held, news)})}
  end

  def handle_info(:look, state), do: {:noreply, tell(%{state | waits?: false})}
  def handle_info({:DOWN, _, :process, _, _}, state), do: {:stop, :normal, state}
  def handle_info(_, state), do: {:noreply, state}

  defp tell(%{waits?: true} = state), do: state
  defp tell(%{held: nil} = state), do: state

  defp tell(%{held: news, subscriber: subscriber} = state) do
    case Process.info(subscriber, :message_queue_len) do
      {:message_queue_len, unread} when unread >= @room ->
        Process.send_after(self(), :look, state.pause)
        %{state | waits?: true, pause: min(2 * state.pause, @longest)}

      # One that has ended hears nothing.
      _ ->
        send(subscriber, news)
        %{state | held: nil, pause: @pause}
    end
  end

  # Both in one.
  defp both({:vexil, :change, _, %Change{old: old}}, {:vexil, :change, client, change}) do
    change = %{change | old: old}
    if change.old !== change.new, do: {:vexil, :change, client, change}
  end

  defp both(_, later), do: later
end
