defmodule Vexil.ProvokeTest do
  # What the native module does when it fails: the process that asked hears of it, and the machine lives on.
  use ExUnit.Case, async: true
  @moduletag :capture_log
  alias Vexil.{Error, Native, Shop}

  test "a function that fails says which code" do
    for {code, name, _} <- Error.codes() do
      assert {:error, %Error{code: ^code, name: ^name}} = Native.provoke_error(code)
    end

    assert {:error, %Error{name: "INTERNAL"} = error} = Native.provoke_error(12_345)
    assert Exception.message(error) == "it fails because it was asked to (INTERNAL)"
    assert_raise Error, fn -> Error.unwrap!({:error, error}) end
  end

  test "a panic is an error of the process that called" do
    client = Shop.start()

    for _ <- 1..3 do
      assert_raise ErlangError, ~r/nif_panicked/, fn -> Native.provoke_panic() end
      assert_raise ErlangError, ~r/nif_panicked/, fn -> Native.provoke_dirty_panic() end
    end

    {_, monitor} = spawn_monitor(fn -> Native.provoke_panic() end)
    assert_receive {:DOWN, ^monitor, :process, _, {:nif_panicked, _}}, 30_000
    assert Vexil.int("limit", %{}, 5, client: client) == 100
  end

  test "a read that panics is an error of the process that reads, and the client answers on" do
    client = Shop.start()
    path = Path.join(System.tmp_dir!(), "sticky-#{System.unique_integer([:positive])}")
    on_exit(fn -> File.rm(path) end)
    waits = Shop.start(sticky: {:file, path})
    {:ok, prepared} = Vexil.Context.new(%{tenant: %{tier: "pro"}})
    key = "vexil.provoke.panic"
    view = Vexil.view!(%{}, client: client)

    reads = [
      &Vexil.enabled?(key, &1, client: &2),
      &Vexil.value(key, &1, 5, client: &2),
      &Vexil.int(key, &1, 5, client: &2),
      &Vexil.details(key, &1, 5, client: &2),
      &Vexil.variant(key, &1, client: &2),
      &Vexil.explain(key, &1, client: &2)
    ]

    for read <- reads, context <- [%{}, prepared], asked <- [client, waits] do
      assert_raise ErlangError, ~r/nif_panicked/, fn -> read.(context, asked) end
      assert Vexil.value("plan", %{tenant: %{tier: "pro"}}, "none", client: asked) == "pro"
    end

    assert_raise ErlangError, ~r/nif_panicked/, fn -> Vexil.View.value(view, key, 5) end
    assert Vexil.View.value(view, "limit", 5) == 100
  end

  test "text that is none is a binary like any other, and no context" do
    text = Native.provoke_bad_text()
    refute String.valid?(text)
    client = Shop.start()
    assert Vexil.int(text, %{}, 5, client: client) == 5
    details = Vexil.details("plan", %{tenant: %{tier: text}}, "none", client: client)
    assert details.error_code == "INVALID_CONTEXT"
    assert {:error, %Error{name: "INVALID_VALUE"}} = Native.json_decode(text)
    assert {:error, %Error{name: "INVALID_VALUE"}} = Native.json_encode(text)
  end

  test "a message to a process that is dead is sent to nobody" do
    {pid, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, _, _, :normal}, 30_000
    refute Native.provoke_message(pid)
    assert Native.provoke_message(self())
    assert_receive :vexil, 30_000
  end

  test "arguments of no use are refused, and reach nothing" do
    assert_raise ArgumentError, fn -> Native.value(make_ref(), "k", %{}, 0, nil) end
    assert_raise ArgumentError, fn -> Native.value(:client, "k", %{}, 0, nil) end
    client = Vexil.Names.native(Shop.start())
    assert_raise ArgumentError, fn -> Native.value(client, "k", %{}, :boolean, nil) end
    assert_raise ArgumentError, fn -> Native.set_override(client, self(), 1) end
    assert_raise ArgumentError, fn -> Native.view_new(client, %{}, [1]) end
    # A reference of another kind is none of this kind.
    assert_raise ArgumentError, fn -> Native.view_value(client, "k", 0, nil) end
    assert Native.value(client, :no_text, %{}, 0, :default) == :default
  end
end
