defmodule Vexil.TestingTest do
  use ExUnit.Case
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

  test "it is of clients of tests alone" do
    client = Shop.start()
    assert_raise Error, fn -> Testing.set("theme", "blue", client: client) end
    assert_raise Error, fn -> Testing.clear(client: :nobody) end
    assert {:error, _} = start_supervised({Testing, name: Broken, definitions: "no JSON"})
    assert {:error, _} = start_supervised({Testing, name: Broken, flags: %{"not a key!" => 5}})
    refute Vexil.ready?(client: Broken)
  end
end
