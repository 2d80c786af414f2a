defmodule Vexil.SchedulersTest do
  # What holds up a scheduler, and what does not: processes wait for each other there.
  use ExUnit.Case, async: true
  @moduletag :capture_log
  import Vexil.Shop, only: [eventually: 1]
  alias Vexil.{Context, Names, Native, Shop, View}

  @sticky ~S"""
  [{"key": "button", "type": "experiment", "status": "running", "sticky": true,
    "variants": [{"id": "green"}], "allocation": {"green": 100}}]
  """

  # Whether a call ran on a dirty scheduler: the machine tells of a process that comes back from one.
  defp dirty?(call) do
    test = self()

    {pid, monitor} =
      spawn_monitor(fn ->
        receive do
          :go -> send(test, {:came, self(), call.()})
        end
      end)

    :erlang.trace(pid, true, [:running])
    send(pid, :go)
    assert_receive {:DOWN, ^monitor, _, _, :normal}, 30_000
    assert_received {:came, ^pid, _}
    delivered = :erlang.trace_delivered(pid)
    assert_receive {:trace_delivered, ^pid, ^delivered}, 30_000
    back?(pid)
  end

  defp back?(pid) do
    receive do
      {:trace, ^pid, :in, {:erts_internal, :dirty_nif_finalizer, _}} -> true
    after
      0 -> false
    end
  end

  test "a client that remembers in a file is read where waiting holds nobody up" do
    path = Path.join(System.tmp_dir!(), "sticky-#{System.unique_integer([:positive])}")
    on_exit(fn -> File.rm(path) end)
    in_file = Shop.start(source: {:memory, @sticky}, sticky: {:file, path})
    in_memory = Shop.start(source: {:memory, @sticky}, sticky: :memory)
    ada = %{user: %{id: "ada"}}

    reads = [
      &Vexil.value("button", ada, nil, client: &1),
      &Vexil.details("button", ada, nil, client: &1),
      &Vexil.variant("button", ada, client: &1),
      &Vexil.variant_config("button", ada, nil, client: &1)
    ]

    for read <- reads do
      assert dirty?(fn -> read.(in_file) end)
      assert dirty?(fn -> read.(Vexil.pin!(client: in_file)) end)
      refute dirty?(fn -> read.(in_memory) end)
    end

    assert Vexil.variant("button", ada, client: in_file) == "green"
    details = Vexil.details("button", ada, nil, as: :boolean, client: in_file)
    assert details.error_code == "TYPE_MISMATCH"
    # Mistakes are those of any read.
    native = Names.native(in_file)
    assert Native.variant(native, :no_text, %{}) == nil
    assert_raise ArgumentError, fn -> Native.value(native, "button", %{}, :boolean, nil) end
  end

  test "what is large is laid flat on a dirty scheduler, and what is small where it is asked for" do
    client = Shop.start()
    small = %{user: %{id: "ada"}, groups: Enum.to_list(1..20)}

    for large <- [
          %{groups: Enum.to_list(1..1_000)},
          %{about: String.duplicate("a", 10_000)},
          Map.new(1..500, &{:"name#{&1}", &1})
        ] do
      assert dirty?(fn -> {:ok, _} = Context.new(large) end)
      assert dirty?(fn -> {:ok, _} = Vexil.pin(overrides: %{"limits" => large}, client: client) end)
    end

    refute dirty?(fn -> {:ok, _} = Context.new(small) end)
    refute dirty?(fn -> {:ok, _} = Vexil.pin(overrides: %{"limits" => small}, client: client) end)

    refute dirty?(fn -> {:ok, _} = Vexil.pin(at: ~U[2030-01-01 00:00:00Z], client: client) end)

    assert dirty?(fn ->
             {:error, _} = Vexil.pin(at: String.duplicate(" ", 10_000), client: client)
           end)
  end

  test "attributes are as large as a context's may be, in place as well" do
    client = Shop.start()
    why = &Vexil.details("plan", &1, "none", client: client)
    just = %{groups: Enum.map(1..9_999, fn _ -> "sales" end) ++ ["staff"]}
    assert why.(just).value == "staff"
    assert why.(Context.new!(just)).value == "staff"

    for {member, large, told} <- [
          {:groups, List.duplicate("sales", 10_001), "a list of more than 10000 items"},
          {:tenant, %{tier: String.duplicate("a", 65_537)}, "a text of more than 65536 bytes"}
        ] do
      details = why.(%{member => large})
      assert %{value: "none", error_code: "INVALID_CONTEXT"} = details
      assert details.error_message =~ told
      assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(%{member => large})
    end

    many = Map.new(1..100, &{:"name#{&1}", String.duplicate("a", 20_000)})
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(many)
  end

  test "a read in place looks at so many bytes, however many rules ask for them" do
    rules =
      for number <- 1..50 do
        %{id: "r#{number}", condition: %{groups: %{contains: "staff"}}, action: %{value: false}}
      end

    definitions = [%{key: "many", default: true, rules: rules}]
    client = Shop.start(source: {:memory, definitions})
    many = &Vexil.details("many", &1, :none, client: client)
    few = %{groups: List.duplicate("sales", 1_000)}
    assert many.(few).value == true

    for large <- [
          List.duplicate("sales", 10_000),
          List.duplicate(String.duplicate("a", 65_536), 70)
        ] do
      details = many.(%{groups: large})
      assert %{value: :none, error_code: "INVALID_CONTEXT"} = details
      assert details.error_message =~ "prepare it with `Vexil.Context`"
    end

    # Prepared, or where nobody waits, it is looked at whole.
    large = %{groups: List.duplicate("sales", 10_000)}
    assert many.(Context.new!(large)).value == true
    assert Vexil.evaluate_all(large, client: client)["many"].value == true
  end

  test "a read of what is large is a part of the process's turn" do
    definitions = ~s([{"key": "list", "type": "config", "value_type": "json",
      "default": #{Native.json_encode(Enum.to_list(1..500)) |> elem(1)}}])

    client = Shop.start()
    of_list = Shop.start(source: {:memory, definitions})
    large = %{groups: List.duplicate("sales", 1_000)}
    plan = &Vexil.string("plan", &1, "", client: client)
    prepared = Context.new!(large)

    # The least that is told of a call is a hundredth of a turn of 4,000.
    assert reductions(fn -> plan.(%{groups: ["sales"]}) end) < 40
    assert reductions(fn -> plan.(large) end) >= 40
    assert reductions(fn -> plan.(prepared) end) >= 40
    assert reductions(fn -> Vexil.json("list", %{}, nil, client: of_list) end) >= 40
  end

  # What a call takes on average.
  defp reductions(call) do
    {:reductions, before} = Process.info(self(), :reductions)
    for _ <- 1..100, do: call.()
    {:reductions, later} = Process.info(self(), :reductions)
    (later - before) / 100
  end

  test "a value that is large is made where nobody waits, whoever says it" do
    list = Enum.to_list(1..2_000)
    tree = Map.new(1..600, &{"name#{&1}", %{"at" => &1}})
    text = String.duplicate("a", 2_000_000)
    {:ok, json} = Native.json_encode(%{"list" => list, "tree" => tree, "text" => text})

    definitions = """
    [{"key": "button", "type": "experiment", "status": "running",
      "variants": [{"id": "green", "config": #{json}}], "allocation": {"green": 100}}]
    """

    client = Shop.start(source: {:memory, definitions})
    options = [client: client]
    ada = %{user: %{id: "ada"}}
    large = %{"list" => list, "tree" => tree, "text" => text}

    for {key, value} <- [{"a-list", list}, {"a-tree", tree}] do
      :ok = Vexil.set_runtime("shop", key, value, options)
      assert Vexil.get_runtime("shop", key, nil, options) == value
      assert dirty?(fn -> Vexil.get_runtime("shop", key, nil, options) end)
    end

    view = Vexil.view!(ada, options)

    for read <- [
          fn -> Vexil.variant_config("button", ada, nil, options) end,
          fn -> Vexil.json("button", ada, nil, options) end,
          fn -> Vexil.details("button", ada, nil, options).value end,
          fn -> View.variant_config(view, "button") end,
          fn -> View.json(view, "button") end,
          fn -> View.details(view, "button").value end
        ] do
      assert read.() == large
      assert dirty?(read)
    end

    # All of them are made on a dirty scheduler anyway.
    assert Vexil.evaluate_all(ada, options)["button"].value == large
    assert View.evaluate_all(view)["button"].value == large

    for {key, value} <- [{"list", Enum.to_list(1..900)}, {"tree", Map.new(1..400, &{"#{&1}", &1})}] do
      :ok = Vexil.set_runtime("shop", key, value, options)
      assert Vexil.get_runtime("shop", key, nil, options) == value
      refute dirty?(fn -> Vexil.get_runtime("shop", key, nil, options) end)
    end
  end

  test "a source that does not answer holds up nobody but those who wait for it" do
    {:ok, silent} = :gen_tcp.listen(0, ip: {127, 0, 0, 1}, backlog: 100)
    {:ok, port} = :inet.port(silent)

    client =
      Shop.start(
        source: nil,
        url: "http://127.0.0.1:#{port}",
        key: "vx_srv_none",
        request_timeout: 300_000,
        start_timeout: 1
      )

    # More than the machine has schedulers for what waits.
    count = 2 * :erlang.system_info(:dirty_io_schedulers) + 10
    tasks = for _ <- 1..count, do: Task.async(fn -> Vexil.refresh(client: client) end)
    waits? = &(Process.info(&1.pid, :status) == {:status, :waiting})
    assert eventually(fn -> Enum.all?(tasks, waits?) end)

    # What needs such a scheduler has one.
    assert dirty?(fn -> true = Native.provoke_message(self()) end)
    assert Enum.all?(tasks, &Process.alive?(&1.pid))

    # All of them are answered, with the first answer or one that was asked for later.
    :ok = stop_supervised!(client)

    for answer <- Task.await_many(tasks, 60_000) do
      assert {:error, %Vexil.Error{}} = answer
    end
  end

  test "starts that wait for sources which do not answer hold up no file, and no other start" do
    # More than the machine has schedulers for what waits.
    servers = for _ <- 1..(:erlang.system_info(:dirty_io_schedulers) + 10), do: silent_server()

    starts =
      for {port, _} <- servers do
        Task.async(fn ->
          Vexil.Options.start(
            url: "http://127.0.0.1:#{port}",
            key: "vx_srv_none",
            request_timeout: 300_000,
            start_timeout: 300_000
          )
        end)
      end

    # From here on each of them waits, for minutes.
    sockets = Enum.map(servers, fn {_, listener} -> accept!(listener) end)

    file = Task.async(fn -> File.read(__ENV__.file) end)
    assert {:ok, {:ok, _}} = Task.yield(file, 30_000)
    assert dirty?(fn -> true = Native.provoke_message(self()) end)
    assert {:ok, _} = Vexil.Options.start(source: {:memory, %{entries: []}})
    assert Enum.all?(starts, &Process.alive?(&1.pid))

    # Where the source is gone they go on without it.
    for {_, listener} <- servers, do: :gen_tcp.close(listener)
    Enum.each(sockets, &:gen_tcp.close/1)
    for started <- Task.await_many(starts, 60_000), do: assert({:ok, _} = started)
  end

  # A server that takes connections and never answers.
  defp silent_server do
    {:ok, listener} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(listener)
    {port, listener}
  end

  defp accept!(listener) do
    {:ok, socket} = :gen_tcp.accept(listener, 60_000)
    socket
  end
end
