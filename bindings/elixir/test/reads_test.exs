defmodule Vexil.ReadsTest do
  use ExUnit.Case, async: true
  alias Vexil.{Context, Shop, View}

  setup do
    {:ok, client: Shop.start()}
  end

  test "each type is read as what it is, and is the default as another", %{client: client} do
    options = [client: client]
    assert Vexil.bool("checkout.v2", %{}, false, options) == true
    assert Vexil.int("limit", %{}, 1, options) === 100
    assert Vexil.float("ratio", %{}, 1.0, options) === 0.5
    assert Vexil.float("limit", %{}, 1.0, options) === 100.0
    assert Vexil.string("theme", %{}, "", options) == "dark"
    assert Vexil.json("limits", %{}, nil, options) == %{"per" => "minute", "most" => [10, 100]}
    assert Vexil.value("limit", %{}, nil, options) === 100

    assert Vexil.bool("limit", %{}, :none, options) == :none
    assert Vexil.int("ratio", %{}, :none, options) == :none
    assert Vexil.string("checkout.v2", %{}, :none, options) == :none
    assert Vexil.int("no.such.key", %{}, :none, options) == :none
    refute Vexil.enabled?("limit", %{}, options)
  end

  test "details say why", %{client: client} do
    details = Vexil.details("plan", %{tenant: %{tier: "pro"}}, "none", client: client)
    assert %{value: "pro", reason: "TARGETING", rule: "pro", error_code: nil} = details
    assert %{version: 7, origin: "memory", stale_ms: nil, overdue: false} = details

    details = Vexil.details("limit", %{}, "none", as: :string, client: client)
    assert %{value: "none", reason: "ERROR", error_code: "TYPE_MISMATCH"} = details
    assert details.error_message =~ "type"

    assert Vexil.details("nothing", %{}, 5, client: client).error_code == "FLAG_NOT_FOUND"
    assert_raise ArgumentError, fn -> Vexil.details("limit", %{}, 5, as: :text, client: client) end
  end

  test "variants have configurations", %{client: client} do
    assert Vexil.variant("button", %{user: %{id: "ada"}}, client: client) == "green"
    assert Vexil.variant("button", %{}, client: client) == nil
    assert Vexil.variant("limit", %{user: %{id: "ada"}}, client: client) == nil

    config = Vexil.variant_config("button", %{user: %{id: "ada"}}, nil, client: client)
    assert config == %{"color" => "#0f0"}
    assert Vexil.variant_config("button", %{}, :none, client: client) == :none
  end

  test "all keys are evaluated by one snapshot", %{client: client} do
    for refused <- ["ada", URI.parse("http://plan")] do
      all = Vexil.evaluate_all(refused, client: client)
      assert map_size(all) > 1
      assert Enum.all?(all, fn {_, details} -> details.error_code == "INVALID_CONTEXT" end)
    end

    all = Vexil.evaluate_all(%{tenant: %{tier: "pro"}}, client: client)
    assert Map.keys(all) == ~w(button checkout.v2 limit limits plan ratio theme)
    assert all["plan"] == Vexil.details("plan", %{tenant: %{tier: "pro"}}, nil, client: client)
  end

  test "a view says what the client says, and goes on saying it", %{client: client} do
    context = %{"tenant" => %{"tier" => "pro"}, "user.id" => "ada"}
    view = Vexil.view!(context, client: client)
    assert View.enabled?(view, "checkout.v2")
    assert View.int(view, "limit") === 100
    assert View.float(view, "limit") === 100.0
    assert View.string(view, "plan") == "pro"
    assert View.value(view, "theme") == "dark"
    assert View.json(view, "limits")["per"] == "minute"
    assert View.bool(view, "limit", :none) == :none
    assert View.variant(view, "button") == "green"
    assert View.variant_config(view, "button") == %{"color" => "#0f0"}
    assert View.variant_config(view, "limit", :none) == :none
    assert View.evaluate_all(view) == Vexil.evaluate_all(context, client: client)
    assert View.details(view, "limit", 1, as: :boolean).error_code == "TYPE_MISMATCH"
    assert View.made_with(view) == %{version: 7, origin: "memory", stale_ms: nil}

    :ok = Vexil.put(%{key: "another"}, client: client)
    assert View.enabled?(view, "checkout.v2")
    refute View.current?(view)
    refute Vexil.enabled?("checkout.v2", context, client: client)
  end

  test "a view may be of some keys, and of another context later", %{client: client} do
    view = Vexil.view!(%{}, keys: ["plan"], client: client)
    assert Map.keys(View.evaluate_all(view)) == ["plan"]
    assert View.int(view, "limit", 1) == 1
    assert {:ok, view} = View.renew(view, %{tenant: %{tier: "pro"}})
    assert View.string(view, "plan") == "pro"
    assert {:error, %{name: "INVALID_CONTEXT"}} = View.renew(view, %{who: self()})
    assert {:error, %{name: "INVALID_CONTEXT"}} = Vexil.view(%{who: self()}, client: client)
  end

  test "a pinned client sees one moment", %{client: client} do
    pinned = Vexil.pin!(client: client)
    :ok = Vexil.set_override("theme", "blue", client: client)
    assert Vexil.string("theme", %{}, "", client: pinned) == "dark"
    assert Vexil.string("theme", %{}, "", client: client) == "blue"

    pinned = Vexil.pin!(overrides: %{"plan" => "trial"}, client: client)
    assert %{value: "trial", reason: "OVERRIDE"} = Vexil.details("plan", %{}, nil, client: pinned)
    assert Vexil.string("plan", %{}, "", client: client) == "free"

    :ok =
      Vexil.register!(%{key: "short", default: true, off: false, expiry: "2999-01-01T00:00:00Z"},
        client: client
      )

    reason = &Vexil.details("short", %{}, nil, client: &1).reason
    assert reason.(client) == "DEFAULT"
    assert reason.(Vexil.pin!(at: ~U[2998-12-31 23:59:59Z], client: client)) == "DEFAULT"
    assert reason.(Vexil.pin!(at: ~U[2999-01-01 00:00:00Z], client: client)) == "EXPIRED"
    assert reason.(Vexil.pin!(at: "2999-01-01T01:00:00+01:00", client: client)) == "EXPIRED"
    assert {:error, %{name: "INVALID_VALUE"}} = Vexil.pin(at: "tomorrow", client: client)
    assert {:error, %{name: "INVALID_VALUE"}} = Vexil.pin(overrides: "plan", client: client)
  end

  test "an explanation has text and steps", %{client: client} do
    context = Context.new!(%{tenant: %{tier: "pro"}})
    assert {:ok, explanation} = Vexil.explain("plan", context, client: client)
    assert to_string(explanation) =~ "pro"
    assert is_map(explanation.steps)
    assert {:error, error} = Vexil.explain("plan", %{tenant: %{tier: self()}}, client: client)
    assert error.name == "INVALID_CONTEXT"
    assert_raise Vexil.Error, fn -> Vexil.explain!("plan", 5, client: client) end
  end

  test "where no client is running, reads give defaults and the rest is an error" do
    options = [client: :nobody]
    refute Vexil.enabled?("checkout.v2", %{}, options)
    assert Vexil.int("limit", %{}, 5, options) == 5
    assert Vexil.variant("button", %{}, options) == nil
    assert Vexil.variant_config("button", %{}, 5, options) == 5
    assert Vexil.evaluate_all(%{}, options) == %{}
    assert Vexil.details("limit", %{}, 5, options).error_code == "PROVIDER_NOT_READY"
    assert %{initialized: false, origin: "none"} = Vexil.state(options)
    refute Vexil.ready?(options)
    assert {:error, %{name: "INVALID_HANDLE"}} = Vexil.refresh(options)
    assert {:error, %{name: "INVALID_HANDLE"}} = Vexil.subscribe(:state, options)
    assert {:error, %{name: "INVALID_HANDLE"}} = Vexil.view(%{}, options)
    assert_raise Vexil.Error, fn -> Vexil.refresh!(options) end
    assert_raise ArgumentError, fn -> Vexil.enabled?("checkout.v2", %{}, klient: :nobody) end
  end
end
