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

  test "for a context that is none there are defaults, and nobody's values are not taken for it" do
    client = Shop.start()
    options = [client: client, context: &__MODULE__.nobody/1]

    logged =
      ExUnit.CaptureLog.capture_log(fn ->
        for _ <- 1..2 do
          assert %{vexil: view} = call(options)
          assert View.string(view, "plan", "mine") == "mine"
        end

        # Messages are sent in order: with this one here, the client has its own.
        {:ok, _} = Vexil.subscribe(:generation, client: client)
        :ok = Vexil.set_override("plan", "trial", client: client)
        assert_receive {:vexil, :generation, ^client, _}, 30_000
        :sys.get_state(client)
      end)

    # Tests beside this one log as well.
    told = "`tenant` in the context is a process, which no context holds: defaults are served"
    assert [_, _] = String.split(logged, told)
  end

  test "without Plug there is no such plug" do
    file = Path.expand("../lib/vexil/plug.ex", __DIR__)
    stand_in = Path.expand("support/plug.ex", __DIR__)
    assert compiled([file]) == "false"
    assert compiled([stand_in, file]) == "true"
  end

  # By a machine that knows of none of this package.
  defp compiled(files) do
    say = """
    Code.put_compiler_option(:no_warn_undefined, :all)
    for file <- #{inspect(files)}, do: Code.require_file(file)
    IO.write(Code.ensure_loaded?(Vexil.Plug))
    """

    {said, 0} = System.cmd("elixir", ["-e", say])
    said
  end

  test "without a client there is nothing" do
    assert call(client: :nobody) == %{vexil: nil}
    assert_raise ArgumentError, fn -> Vexil.Plug.init(colour: "green") end
  end
end
