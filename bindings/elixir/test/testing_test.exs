defmodule Vexil.TestingTest do
  use ExUnit.Case, async: true
  @moduletag :capture_log
  alias Vexil.{Error, Shop, Testing}

  test "what a test sets is what everybody gets" do
    start_supervised!({Testing, flags: %{"checkout.v2" => true}})
    assert Vexil.enabled?("checkout.v2", %{user: %{id: "ada"}})
    :ok = Testing.set("checkout.v2", false)
    :ok = Testing.set("limit", 5)
    :ok = Testing.set("limits", %{"per" => "hour"})
    :ok = Testing.set_variant("button", "green", config: %{"color" => "#0f0"})
    refute Vexil.enabled?("checkout.v2")
    assert Vexil.int("limit") == 5
    assert Vexil.json("limits") == %{"per" => "hour"}
    assert Vexil.variant("button", %{user: %{id: "ada"}}) == "green"
    assert Vexil.variant_config("button", %{}) == %{"color" => "#0f0"}
    assert Vexil.string("anything.else", %{}, "default") == "default"

    :ok = Testing.remove("limit")
    assert Vexil.int("limit", %{}, 1) == 1
    :ok = Testing.clear()
    assert Vexil.variant("button", %{user: %{id: "ada"}}) == nil
  end

  # Two tests of one program at a time, and neither sees what the other sets.
  for module <- [__MODULE__.First, __MODULE__.Second] do
    defmodule module do
      use ExUnit.Case, async: true

      setup do
        start_supervised!(Testing)
        :ok
      end

      for number <- 1..20 do
        test "a test has what it sets, #{number}" do
          theme = "#{inspect(__MODULE__)} #{unquote(number)}"
          assert Vexil.string("theme", %{}, "default") == "default"
          :ok = Testing.set("theme", theme)
          for _ <- 1..100, do: assert(Vexil.string("theme") == theme)
        end
      end
    end
  end

  describe "beside a client that runs" do
    setup do
      client = Shop.start()
      start_supervised!({Testing, for: client, flags: %{"theme" => "mine"}})
      {:ok, client: client}
    end

    # In a process that nobody's test has started.
    defp elsewhere(read) do
      test = self()
      pid = spawn(fn -> send(test, {self(), read.()}) end)
      assert_receive {^pid, read}, 30_000
      read
    end

    test "others have what they had", %{client: client} do
      theme = fn -> Vexil.string("theme", %{}, "", client: client) end
      assert theme.() == "mine"
      assert elsewhere(theme) == "dark"
      :ok = Vexil.set_override("theme", "blue", client: client)
      assert {theme.(), elsewhere(theme)} == {"blue", "dark"}
      assert elsewhere(fn -> Vexil.overrides(client: client) end) == %{}
      assert {:error, _} = start_supervised({Testing, for: client}, id: :second)

      :ok = stop_supervised!({Testing, client})
      assert {theme.(), elsewhere(theme)} == {"dark", "dark"}
      :ok = stop_supervised!(client)
      assert {theme.(), elsewhere(theme)} == {"", ""}
    end

    test "what a test starts has what the test has", %{client: client} do
      theme = fn -> Vexil.string("theme", %{}, "", client: client) end
      assert Task.await(Task.async(fn -> Task.await(Task.async(theme)) end)) == "mine"
      agent = start_supervised!({Agent, fn -> nil end})
      assert Agent.get(agent, fn nil -> theme.() end) == "mine"
    end

    test "what was there before can be let in", %{client: client} do
      test = self()

      [one, other] =
        for _ <- 1..2 do
          spawn_link(fn ->
            receive do:
                      (:read ->
                         send(test, {self(), Vexil.string("theme", %{}, "", client: client)}))
          end)
        end

      :ok = Testing.allow(one, client: client)
      assert_raise Error, ~r/already/, fn -> Testing.allow(test, client: client) end
      for pid <- [one, other], do: send(pid, :read)
      assert_receive {^one, "mine"}, 30_000
      assert_receive {^other, "dark"}, 30_000

      :ok = stop_supervised!({Testing, client})
      assert_raise Error, fn -> Testing.allow(one, client: client) end
      assert :persistent_term.get({Vexil.Names, client, one}, nil) == nil
    end

    test "a test hears of its own changes", %{client: client} do
      {:ok, subscription} = Vexil.subscribe("theme", client: client)
      elsewhere(fn -> :ok = Vexil.set_override("theme", "theirs", client: client) end)
      :ok = Vexil.set_override("theme", "blue", client: client)
      assert_receive {:vexil, :change, ^client, %{old: "mine", new: "blue"}}, 30_000
      refute_received {:vexil, :change, ^client, %{new: "theirs"}}
      :ok = Vexil.unsubscribe(subscription, client: client)
      :ok = Vexil.set_override("theme", "green", client: client)
      {:ok, _} = Vexil.subscribe(:generation, client: client)
      :ok = Vexil.set_override("limit", 5, client: client)
      assert_receive {:vexil, :generation, ^client, _}, 30_000
      refute_received {:vexil, :change, ^client, %{new: "green"}}
    end
  end

  test "definitions are there for rules, and what is set stands above them" do
    start_supervised!({Testing, name: WithRules, definitions: Shop.definitions()})
    options = [client: WithRules]
    assert Vexil.string("plan", %{tenant: %{tier: "pro"}}, "", options) == "pro"
    :ok = Testing.set("plan", "trial", options)
    assert Vexil.string("plan", %{tenant: %{tier: "pro"}}, "", options) == "trial"

    assert %Error{name: "TYPE_MISMATCH"} =
             assert_raise(Error, fn -> Testing.set("plan", 5, options) end)

    assert_raise Error, fn -> Testing.set_variant("button", "no.such.variant", options) end
    assert_raise Error, fn -> Testing.set("not a key!", 5, options) end
  end

  test "one that was closed takes no more" do
    start_supervised!({Testing, name: Closed, flags: %{"theme" => "dark"}})
    options = [client: Vexil.Names.native(Closed)]
    :ok = stop_supervised!({Testing, Closed})

    for set <- [
          fn -> Testing.set("theme", "blue", options) end,
          fn -> Testing.set_variant("button", "green", options) end,
          fn -> Testing.remove("theme", options) end,
          fn -> Testing.clear(options) end
        ] do
      assert %Error{name: "CLOSED", code: 240} = assert_raise(Error, ~r/closed/, set)
    end

    assert Vexil.string("theme", %{}, "", options) == "dark"
  end

  test "it is of clients of tests alone" do
    client = Shop.start()
    assert_raise Error, fn -> Testing.set("theme", "blue", client: client) end
    assert_raise Error, fn -> Testing.clear(client: :nobody) end
    assert_raise Error, ~r/everybody/, fn -> Testing.allow(self(), client: client) end
    assert_raise Error, fn -> Testing.allow(self(), client: :nobody) end
    assert {:error, _} = start_supervised({Testing, name: Broken, definitions: "no JSON"})
    assert {:error, _} = start_supervised({Testing, name: Broken, flags: %{"not a key!" => 5}})
    refute Vexil.ready?(client: Broken)
  end
end
