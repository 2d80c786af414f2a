defmodule Vexil.ClientsTest do
  # How clients start, stop, and are restarted; what they are told, and what they tell.
  use ExUnit.Case, async: true
  import ExUnit.CaptureLog
  import Vexil.Shop, only: [eventually: 1]
  alias Vexil.{Change, Error, Names, Native, Shop, State, StickyStore}

  describe "starting" do
    test "definitions may be a term, a file, or JSON" do
      client = Shop.start(source: {:memory, [%{key: "a", default: true}]})
      assert Vexil.enabled?("a", %{}, client: client)

      path = Path.join(System.tmp_dir!(), "vexil-#{System.unique_integer([:positive])}.json")
      File.write!(path, Shop.definitions())
      on_exit(fn -> File.rm(path) end)
      client = Shop.start(source: {:file, path})
      assert Vexil.enabled?("checkout.v2", %{}, client: client)
      assert %State{initialized: true, origin: "file"} = Vexil.state(client: client)
    end

    test "options that cannot work are errors with a code" do
      memory = {:memory, Shop.definitions()}

      for {options, name} <- [
            {[], "INVALID_OPTIONS"},
            {[url: "https://flags.example.com"], "INVALID_OPTIONS"},
            {[url: "nowhere", key: "k"], "INVALID_OPTIONS"},
            {[url: "https://flags.example.com", key: "k", source: memory], "INVALID_OPTIONS"},
            {[source: :env, offline: true], "INVALID_OPTIONS"},
            {[source: {:memory, "no JSON"}], "INVALID_DEFINITIONS"},
            {[source: {:memory, self()}], "INVALID_VALUE"},
            {[source: memory, polling_interval: 0], "INVALID_OPTIONS"},
            {[source: memory, polling_interval: "soon"], "INVALID_OPTIONS"},
            {[source: memory, streaming: :pigeons], "INVALID_OPTIONS"},
            {[source: memory, sticky: :somewhere], "INVALID_OPTIONS"},
            {[source: memory, threadless: true], "INVALID_OPTIONS"},
            {[source: memory, certificates: "none"], "INVALID_OPTIONS"}
          ] do
        assert {:error, %Error{name: ^name}} = Vexil.Options.start(options), inspect(options)
      end
    end

    test "an option of another type is named, and no key is shown" do
      memory = {:memory, Shop.definitions()}

      for {option, options} <- [
            {"polling_interval", [source: memory, polling_interval: "soon"]},
            {"silence", [source: memory, silence: self()]},
            {"retry_attempts", [source: memory, retry_attempts: -1]},
            {"streaming", [source: memory, streaming: :pigeons]},
            {"trusted_keys", [source: memory, trusted_keys: [%{id: 5}]]},
            {"cache_folder", [source: memory, cache_folder: <<255>>]},
            {"bootstrap", [source: memory, bootstrap: self()]},
            {"source", [source: {:memory, self()}]},
            {"source: {:file, path}", [source: {:file, 5}]},
            {"sticky:", [source: memory, sticky: {:file, 5}]},
            {"url:", [url: 5, key: "k"]},
            {"key:", [url: "https://flags.example.com", key: :vx_srv_secret]},
            {"key:", [url: "https://flags.example.com", key: fn -> ~c"vx_srv_secret" end]},
            {"definitions", [source: {:testing, self(), %{}}]},
            {"flags:", [source: {:testing, nil, 5}]}
          ] do
        assert {:error, %Error{message: message}} = Vexil.Options.start(options)
        assert message =~ "`#{option}`"
        refute message =~ "secret"
      end
    end

    test "a name is an atom: by no other would it be found" do
      for name <- [{:global, :flags}, {:via, Registry, {R, :flags}}, "flags", nil] do
        options = [name: name, source: {:memory, Shop.definitions()}]
        assert_raise ArgumentError, ~r/an atom/, fn -> Vexil.Client.start_link(options) end
      end
    end

    test "a supervisor is told why" do
      Process.flag(:trap_exit, true)
      options = [name: :"client-that-fails", source: {:memory, "no JSON"}]
      assert {:error, %Error{name: "INVALID_DEFINITIONS"}} = Vexil.Client.start_link(options)
      refute Vexil.ready?(client: :"client-that-fails")
    end

    test "a start without definitions, and with nobody to ask" do
      options = [url: "http://127.0.0.1:9", key: "vx_srv_none", offline: true]
      client = Shop.start([source: nil] ++ options)
      refute Vexil.ready?(client: client)
      assert Vexil.int("limit", %{}, 5, client: client) == 5
      details = Vexil.details("limit", %{}, 5, client: client)
      assert %{value: 5, error_code: "PROVIDER_NOT_READY", origin: "none"} = details

      assert {:error, %Error{name: "CACHE_NOT_READ"}} =
               Vexil.Options.start([fallback: :throw] ++ options)
    end

    test "the key is in no report" do
      key = "vx_srv_secret0123456789"
      spec = Vexil.child_spec(name: :secretive, url: "http://127.0.0.1:9", key: key)
      refute inspect(spec) =~ key

      Process.flag(:trap_exit, true)
      options = [name: :secretive, url: "http://127.0.0.1:9", key: key <> "\n"]
      assert {:error, error} = start_supervised({Vexil, options})
      assert inspect(error) =~ "the SDK key has a character"
      refute inspect(error) =~ key

      log =
        capture_log(fn ->
          client = Shop.start(source: nil, url: "http://127.0.0.1:9", key: key, offline: true)
          pid = Process.whereis(client)
          Process.exit(pid, :crash)
          assert eventually(fn -> Process.whereis(client) not in [pid, nil] end)
        end)

      assert log =~ "terminating"
      refute log =~ key
    end

    test "a reference that is no store is refused" do
      options = [url: "http://127.0.0.1:9", key: "vx_srv_none", sticky: make_ref()]
      assert {:error, %Error{name: "INVALID_OPTIONS"}} = Vexil.Options.start(options)
    end

    test "who subscribes to what is no text hurts nobody else" do
      client = Shop.start()
      {:ok, subscription} = Vexil.subscribe("plan", client: client)
      assert_raise ArgumentError, fn -> Vexil.subscribe(<<255>>, client: client) end

      assert_raise FunctionClauseError, fn ->
        Vexil.unsubscribe({:ok, subscription}, client: client)
      end

      :ok = Vexil.set_override("plan", "mine", client: client)
      assert_receive {:vexil, :change, ^client, %{key: "plan"}}, 30_000
    end
  end

  describe "ending" do
    test "a client that is stopped gives defaults, and one that crashes is served until it is back" do
      name = :"client-#{System.unique_integer([:positive])}"
      pid = start_supervised!({Vexil, name: name, source: {:memory, Shop.definitions()}}, id: name)
      native = Names.native(name)
      Process.exit(pid, :kill)
      # Whatever moment it is: what was held, or what was started again.
      assert Vexil.int("limit", %{}, 5, client: name) == 100
      assert eventually(fn -> Names.native(name) != native end)
      assert Vexil.int("limit", %{}, 5, client: name) == 100

      stop_supervised!(name)
      assert Vexil.int("limit", %{}, 5, client: name) == 5
      # Whoever has a reference is served.
      assert Vexil.int("limit", %{}, 5, client: native) == 100
    end

    test "a client is closed while eight processes evaluate" do
      name = Shop.start(handler: nil)
      native = Names.native(name)
      test = self()

      readers =
        for _ <- 1..8 do
          spawn_monitor(fn -> read(name, native, test) end)
        end

      for _ <- 1..8, do: assert_receive(:reading, 30_000)
      stop_supervised!(name)
      for {pid, _} <- readers, do: send(pid, :enough)
      for {_, monitor} <- readers, do: assert_receive({:DOWN, ^monitor, _, _, :normal}, 30_000)

      assert Vexil.Native.state(native).initialized
      assert {:error, %Error{name: "CLOSED", code: 240}} = Vexil.refresh(client: native)
      assert {:error, %Error{name: "CLOSED"}} = Vexil.put("[]", client: native)
    end

    # What it held, or the default: never anything else, and no crash.
    defp read(name, native, test, told \\ false) do
      context = %{tenant: %{tier: "pro"}}
      true = Vexil.string("plan", context, "none", client: name) in ["pro", "none"]
      "pro" = Vexil.string("plan", context, "none", client: native)
      %{value: 100} = Vexil.details("limit", %{}, 5, client: native)
      7 = map_size(Vexil.evaluate_all(context, client: native))
      if not told, do: send(test, :reading)

      receive do
        :enough -> :ok
      after
        0 -> read(name, native, test, true)
      end
    end

    # One whose state says when it is closed: nobody answers, which is an error from the first time on.
    @lonely [url: "http://127.0.0.1:9", key: "vx_srv_none", retry_attempts: 1]

    test "a client that nobody refers to is closed by the collector" do
      test = self()
      {:ok, holder} = Agent.start_link(fn -> nil end)

      listening =
        Agent.get_and_update(holder, fn nil ->
          {:ok, native} = Vexil.Options.start([start_timeout: 60_000] ++ @lonely)
          "error" = Vexil.state(client: native).connection
          {:ok, listening} = Native.on_state(native, test, :lonely)
          {listening, native}
        end)

      refute_received {:vexil, :state, :lonely, %State{connection: "disconnected"}}
      Agent.update(holder, fn _native -> nil end)
      :erlang.garbage_collect(holder)
      assert_receive {:vexil, :state, :lonely, %State{connection: "disconnected"}}, 60_000
      # Until here somebody listens.
      Native.cancel(listening)
    end

    test "whoever asks the client's process to end has it end, and what listeners do is no such thing" do
      {:ok, client} =
        Vexil.Client.start_link(name: :asked_to_end, source: {:memory, Shop.definitions()})

      Process.unlink(client)
      monitor = Process.monitor(client)
      options = [client: :asked_to_end]
      {:ok, subscription} = Vexil.subscribe("theme", options)
      :ok = Vexil.unsubscribe(subscription, options)
      {:error, _} = Vexil.subscribe("theme", [context: %{who: self()}] ++ options)
      assert {:ok, _} = Vexil.subscribe("theme", options)
      Task.await(Task.async(fn -> Process.exit(client, :normal) end))
      assert :sys.get_state(:asked_to_end).subscriptions |> map_size() == 1

      Process.exit(client, :shutdown)
      assert_receive {:DOWN, ^monitor, _, _, :shutdown}, 30_000
      assert Vexil.int("limit", %{}, 5, options) == 5
    end

    test "a client whose process is killed, and not started again, is closed" do
      test = self()

      {pid, monitor} =
        spawn_monitor(fn ->
          {:ok, pid} =
            Vexil.Client.start_link(name: :killed, source: {:memory, ~S({"entries": []})})

          Process.unlink(pid)
          send(test, {:started, pid})
        end)

      assert_receive {:started, client}, 30_000
      assert_receive {:DOWN, ^monitor, _, ^pid, :normal}, 30_000
      native = Names.native(:killed)
      assert :ok = Vexil.put(Shop.definitions(), client: native)
      Process.exit(client, :kill)

      closed? = &match?({:error, %Error{name: "CLOSED"}}, Vexil.refresh(client: &1))
      assert eventually(fn -> closed?.(native) end)

      for write <- [
            &Vexil.set_override("theme", "blue", &1),
            &Vexil.remove_override("theme", &1),
            &Vexil.clear_overrides/1,
            &Vexil.set_runtime("shop", "banner", 1, &1),
            &Vexil.remove_runtime("shop", "banner", &1),
            &Vexil.register(%{key: "beta"}, &1),
            &Vexil.unregister("beta", &1),
            &Vexil.put("[]", &1)
          ] do
        assert {:error, %Error{name: "CLOSED"}} = write.(client: native)
      end

      # What it held is served to whoever asks, by its name as well.
      assert Vexil.int("limit", %{}, 5, client: :killed) == 100
      Names.erase(:killed)
      assert Vexil.int("limit", %{}, 5, client: :killed) == 5
    end

    test "a pinned client goes on with the one that it is of" do
      client = Shop.start()
      pinned = Task.await(Task.async(fn -> Vexil.pin!(client: client) end))
      # The process that has pinned it has ended, and has stopped nothing.
      assert :ok = Vexil.put(%{entries: []}, client: client)
      assert Vexil.int("limit", %{}, 5, client: pinned) == 100
      assert Vexil.int("limit", %{}, 5, client: client) == 5
    end
  end

  describe "what the program says itself" do
    test "overrides are allowed where one says so" do
      client = Shop.start(allow_overrides: false)
      assert {:error, error} = Vexil.set_override("theme", "blue", client: client)
      assert %{name: "OVERRIDES_NOT_ALLOWED", code: 280} = error
      assert_raise Error, fn -> Vexil.set_override!("theme", "blue", client: client) end
    end

    test "overrides" do
      options = [client: Shop.start()]
      :ok = Vexil.set_override("theme", "blue", options)
      :ok = Vexil.set_override("limit", 5, options)
      assert Vexil.overrides(options) == %{"theme" => "blue", "limit" => 5}
      assert Vexil.state(options).overrides == 2
      assert Vexil.details("limit", %{}, 1, options).reason == "OVERRIDE"
      :ok = Vexil.remove_override("limit", options)
      assert Vexil.get_override("limit", :none, options) == :none
      :ok = Vexil.clear_overrides(options)
      assert Vexil.overrides(options) == %{}
      assert {:error, %{name: "INVALID_VALUE"}} = Vexil.set_override("theme", self(), options)
    end

    test "runtime values" do
      options = [client: Shop.start()]
      value = %{"a" => [1, 2.5, nil, true, "text", %{}]}
      :ok = Vexil.set_runtime!("shop", "banner", value, options)
      assert Vexil.get_runtime("shop", "banner", nil, options) == value
      assert Vexil.runtime_values("shop", options) == %{"banner" => value}
      :ok = Vexil.set_runtime("configs", "limit", 5, options)
      assert Vexil.int("limit", %{}, 1, options) == 5
      :ok = Vexil.remove_runtime("shop", "banner", options)
      assert Vexil.get_runtime("shop", "banner", :none, options) == :none
      assert {:error, error} = Vexil.set_runtime("shop", "", 1, options)
      assert error.name == "INVALID_VALUE"
    end

    test "registrations, and definitions of the program's own" do
      options = [client: Shop.start()]
      :ok = Vexil.register!([%{key: "beta", default: true}], options)
      assert Vexil.details("beta", %{}, nil, options).origin == "registered"
      assert {:error, error} = Vexil.register(%{key: "not a key!"}, options)
      assert error.name == "INVALID_DEFINITIONS"
      before = Vexil.generation(options)
      :ok = Vexil.put!(~S([{"key": "beta", "default": false}]), options)
      refute Vexil.enabled?("beta", %{}, options)
      assert Vexil.generation(options) > before
      assert {:error, %{name: "INVALID_DEFINITIONS"}} = Vexil.put("no JSON", options)
    end

    test "sticky assignments, in memory and in a file" do
      definitions = fn share ->
        """
        [{"key": "button", "type": "experiment", "status": "running", "sticky": true,
          "variants": [{"id": "green"}, {"id": "red"}],
          "allocation": {"green": #{share}, "red": #{100 - share}}}]
        """
      end

      store = StickyStore.new(%{"button" => %{"bob" => "red"}})
      options = [client: Shop.start(source: {:memory, definitions.(100)}, sticky: store)]
      assert Vexil.variant("button", %{user: %{id: "ada"}}, options) == "green"
      assert Vexil.variant("button", %{user: %{id: "bob"}}, options) == "red"
      assert StickyStore.get(store, "button", "ada") == "green"
      assert StickyStore.size(store) == 2
      :ok = Vexil.put(definitions.(0), options)
      assert Vexil.variant("button", %{user: %{id: "ada"}}, options) == "green"
      assert Vexil.variant("button", %{user: %{id: "eve"}}, options) == "red"

      path = Path.join(System.tmp_dir!(), "sticky-#{System.unique_integer([:positive])}")
      on_exit(fn -> File.rm(path) end)
      sticky = [sticky: {:file, path}, sticky_capacity: 100]
      first = Shop.start([source: {:memory, definitions.(100)}] ++ sticky)
      assert Vexil.variant("button", %{user: %{id: "ada"}}, client: first) == "green"
      stop_supervised!(first)
      second = Shop.start([source: {:memory, definitions.(0)}] ++ sticky)
      assert Vexil.variant("button", %{user: %{id: "ada"}}, client: second) == "green"
    end
  end

  defmodule Busy do
    # Keeps the client's process from everything else, once.
    def execute([:vexil, :client, :generation], _measurements, %{client: client}) do
      send(:"test of #{client}", {:busy, self()})
      receive do: (:enough -> :ok)
    end

    def execute(_event, _measurements, _metadata), do: :ok
  end

  describe "listening" do
    test "changes of keys, for nobody in particular and for somebody" do
      client = Shop.start()
      {:ok, _} = Vexil.subscribe({"configs", "plan"}, client: client)
      ada = %{tenant: %{tier: "pro"}}
      {:ok, for_ada} = Vexil.subscribe("plan", context: ada, client: client)
      {:ok, _} = Vexil.subscribe({"shop", "banner"}, client: client)

      :ok = Vexil.set_override("plan", "trial", client: client)
      assert_receive {:vexil, :change, ^client, %Change{old: "free", new: "trial"}}, 30_000
      assert_receive {:vexil, :change, ^client, %Change{old: "pro", new: "trial"} = change}, 30_000
      assert %{namespace: "features", key: "plan", origin: "runtime"} = change

      :ok = Vexil.set_runtime("shop", "banner", %{on: true}, client: client)
      assert_receive {:vexil, :change, ^client, %Change{namespace: "shop"} = change}, 30_000
      assert %{key: "banner", old: nil, new: %{"on" => true}} = change

      :ok = Vexil.unsubscribe(for_ada, client: client)
      :ok = Vexil.clear_overrides(client: client)
      assert_receive {:vexil, :change, ^client, %Change{old: "trial", new: "free"}}, 30_000
      # What comes later would come after this.
      :ok = Vexil.remove_runtime("shop", "banner", client: client)
      assert_receive {:vexil, :change, ^client, %Change{namespace: "shop", new: nil}}, 30_000
      refute_received {:vexil, :change, ^client, %Change{new: "pro"}}

      assert {:error, %Error{name: "INVALID_CONTEXT"}} =
               Vexil.subscribe("plan", context: %{who: self()}, client: client)
    end

    test "the state and generations" do
      client = Shop.start()
      {:ok, _} = Vexil.subscribe(:state, client: client)
      {:ok, _} = Vexil.subscribe(:generation, client: client)
      :ok = Vexil.set_override("theme", "blue", client: client)
      assert_receive {:vexil, :state, ^client, %State{overrides: 1}}, 30_000
      generation = Vexil.generation(client: client)
      assert_receive {:vexil, :generation, ^client, ^generation}, 30_000
    end

    test "a subscriber that dies harms nobody, and is forgotten" do
      client = Shop.start()
      test = self()

      {pid, monitor} =
        spawn_monitor(fn ->
          {:ok, _} = Vexil.subscribe("theme", client: client)
          send(test, :listening)
          Process.sleep(:infinity)
        end)

      assert_receive :listening, 30_000
      assert map_size(:sys.get_state(client).listeners) == 1
      {:ok, _} = Vexil.subscribe("theme", client: client)
      Process.exit(pid, :kill)
      assert_receive {:DOWN, ^monitor, _, _, :killed}, 30_000

      for theme <- ["blue", "green"] do
        :ok = Vexil.set_override("theme", theme, client: client)
        assert_receive {:vexil, :change, ^client, %Change{new: ^theme}}, 30_000
      end

      assert eventually(fn -> map_size(:sys.get_state(client).listeners) == 1 end)
      assert map_size(:sys.get_state(client).subscriptions) == 1
    end

    test "the mailbox of a subscriber that does not read is bounded, and the last word arrives" do
      client = Shop.start()
      test = self()

      {slow, monitor} =
        spawn_monitor(fn ->
          for what <- [:state, :generation, "theme", {"shop", "banner"}] do
            {:ok, _} = Vexil.subscribe(what, client: client)
          end

          send(test, :listening)
          receive do: (:read -> send(test, {:read, read([])}))
        end)

      assert_receive :listening, 30_000
      {:ok, _} = Vexil.subscribe("theme", client: client)

      for number <- 1..2_000 do
        theme = "theme #{number}"
        :ok = Vexil.set_override("theme", theme, client: client)
        assert_receive {:vexil, :change, ^client, %Change{new: ^theme}}, 30_000
      end

      # One more of each kind may be let in after the last look.
      {:message_queue_len, unread} = Process.info(slow, :message_queue_len)
      assert unread in 1_000..1_010
      send(slow, :read)
      assert_receive {:read, news}, 60_000
      assert_receive {:DOWN, ^monitor, _, _, :normal}, 30_000

      # Each change begins where the one before it ended.
      changes = for %Change{} = change <- news, do: change
      assert hd(changes).old == "dark"
      for [one, next] <- Enum.chunk_every(changes, 2, 1, :discard), do: assert(one.new == next.old)
      assert List.last(changes).new == "theme 2000"
      generation = Vexil.generation(client: client)
      assert generation in news
      assert length(news) < 1_020
    end

    # Until the last word of all three has come.
    defp read(news) do
      receive do
        {:vexil, _, client, told} ->
          news = [told | news]

          done? =
            match?(%Change{new: "theme 2000"}, told) or Vexil.generation(client: client) == told

          last? = &Enum.any?(news, &1)

          if done? and last?.(&match?(%Change{new: "theme 2000"}, &1)) and
               last?.(&(&1 == Vexil.generation(client: client))) do
            Enum.reverse(news)
          else
            read(news)
          end
      end
    end

    test "a key that is again what a full subscriber was told last is no news" do
      {:ok, _} = Agent.start_link(fn -> nil end, name: :full)
      client = Shop.start()
      full = Process.whereis(:full)
      :sys.suspend(full)
      for _ <- 1..1_000, do: send(full, :anything)

      {:ok, listener} =
        Vexil.Listener.start_link(Names.native(client), client, {"features", "theme"}, nil, full)

      {:ok, _} = Vexil.subscribe("theme", client: client)

      for theme <- ["blue", "dark", "green", "dark"] do
        :ok = Vexil.set_override("theme", theme, client: client)
        assert_receive {:vexil, :change, ^client, %Change{new: ^theme}}, 30_000
      end

      assert eventually(fn -> :sys.get_state(listener).held == nil end)
      {:message_queue_len, unread} = Process.info(full, :message_queue_len)
      assert unread == 1_000
    end

    test "a subscription that the client's process is too busy for is taken back" do
      name = :"busy-#{System.unique_integer([:positive])}"
      Process.register(self(), :"test of #{name}")
      memory = {:memory, Shop.definitions()}
      start_supervised!({Vexil, name: name, source: memory, handler: Busy}, id: name)
      :ok = Vexil.set_override("theme", "blue", client: name)
      assert_receive {:busy, client}, 30_000

      assert {:error, %Error{name: "SOURCE_TIMEOUT"}} =
               Vexil.Client.subscribe(name, {"features", "theme"}, nil, 50)

      send(client, :enough)
      assert eventually(fn -> :sys.get_state(name).listeners == %{} end)
      {:ok, _} = Vexil.subscribe("limit", client: name)
      assert map_size(:sys.get_state(name).listeners) == 1
    end
  end

  describe "a handler" do
    defmodule Handler do
      @behaviour Vexil.Telemetry

      @impl true
      def execute([:vexil, :client, event], measurements, %{client: client} = metadata) do
        [test, _] = client |> Atom.to_string() |> String.split("!")
        send(String.to_existing_atom(test), {event, measurements, metadata})
      end
    end

    defmodule Failing do
      def execute(_event, _measurements, _metadata), do: raise("it fails")
    end

    test "hears of the start, changes, and the end" do
      Process.register(self(), :handler)
      name = :"handler!1"
      memory = {:memory, Shop.definitions()}
      start_supervised!({Vexil, name: name, source: memory, handler: Handler}, id: name)
      assert_receive {:start, %{duration: _}, %{state: %State{version: 7}}}, 30_000
      :ok = Vexil.set_override("theme", "blue", client: name)
      assert_receive {:state, %{version: 7, overrides: 1}, %{state: %State{}}}, 30_000
      assert_receive {:generation, %{generation: _}, %{client: ^name}}, 30_000
      stop_supervised!(name)
      assert_receive {:stop, %{system_time: _}, %{reason: :shutdown}}, 30_000
    end

    test "that fails is logged, and harms nobody" do
      log =
        capture_log(fn ->
          client = Shop.start(handler: Failing)
          :ok = Vexil.set_override("theme", "blue", client: client)
          assert Vexil.string("theme", %{}, "", client: client) == "blue"
          # It has heard of all that was sent before.
          assert Process.alive?(Process.whereis(client))
          stop_supervised!(client)
        end)

      assert log =~ "Vexil.ClientsTest.Failing failed at start: ** (RuntimeError) it fails"
    end
  end
end
