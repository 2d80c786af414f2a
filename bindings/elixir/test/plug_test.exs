defmodule Vexil.PlugTest do
  use ExUnit.Case, async: true
  alias Vexil.{Shop, View}

  def who(conn), do: %{tenant: %{tier: Map.new(conn.req_headers)["x-tier"]}}
  def nobody(_conn), do: %{tenant: self()}

  defp call(options, headers \\ []) do
    Vexil.Plug.call(%Plug.Conn{req_headers: headers}, Vexil.Plug.init(options)).assigns
  end

  test "a request has a view for who asks" do
    client = Shop.start()
    options = [client: client, context: &__MODULE__.who/1]
    assert %{vexil: view} = call(options, [{"x-tier", "pro"}])
    assert View.string(view, "plan") == "pro"
    assert %{vexil: view} = call(options)
    assert View.string(view, "plan") == "free"
  end

  test "it may have some keys, and another name" do
    client = Shop.start()
    assert %{flags: view} = call(client: client, keys: ["plan"], assign: :flags)
    assert Map.keys(View.evaluate_all(view)) == ["plan"]
  end

  test "a context that is none is nobody's, and without a client there is nothing" do
    client = Shop.start()
    assert %{vexil: view} = call(client: client, context: &__MODULE__.nobody/1)
    assert View.string(view, "plan") == "free"
    assert call(client: :nobody) == %{vexil: nil}
    assert_raise ArgumentError, fn -> Vexil.Plug.init(colour: "green") end
  end
end
