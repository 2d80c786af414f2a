defmodule Vexil.ServeTest do
  # With a real control plane: what it changes, what is left when it is away, and what a start on disk finds.
  use ExUnit.Case, async: true
  import Vexil.Shop, only: [eventually: 1]
  alias Vexil.{Change, ControlPlane, Shop, State}

  with {:error, why} <- ControlPlane.binary() do
    IO.puts("SKIPPED: #{why}")
    @moduletag skip: why
  end

  @moduletag timeout: 300_000

  setup do
    folder = Path.join(System.tmp_dir!(), "vexil-#{System.unique_integer([:positive])}")
    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf(folder) end)
    plane = ControlPlane.start!(folder)
    ControlPlane.apply!(plane, definitions(100))
    {:ok, plane: plane, folder: folder}
  end

  defp definitions(limit) do
    ~s([{"key": "limit", "type": "config", "value_type": "integer", "default": #{limit},
         "owner": "shop", "description": "a test's"}])
  end

  test "changes, an outage, and a start from disk", %{plane: plane, folder: folder} do
    options = [
      source: nil,
      url: plane.url,
      key: ControlPlane.key!(plane),
      cache_folder: Path.join(folder, "cache"),
      retry_base: 10,
      retry_max: 100
    ]

    client = Shop.start(options)
    assert Vexil.int("limit", %{}, 5, client: client) == 100
    assert Vexil.state(client: client).origin == "remote"
    assert eventually(fn -> Vexil.state(client: client).connection == "connected" end)

    {:ok, _} = Vexil.subscribe({"configs", "limit"}, client: client)
    ControlPlane.apply!(plane, definitions(200))
    assert_receive {:vexil, :change, ^client, %Change{old: 100, new: 200} = change}, 60_000
    assert change.origin == "remote"
    assert Vexil.int("limit", %{}, 5, client: client) == 200
    version = Vexil.state(client: client).version

    ControlPlane.kill(plane)
    assert eventually(fn -> Vexil.state(client: client).stale_since_ms end)
    assert Vexil.int("limit", %{}, 5, client: client) == 200
    assert Vexil.details("limit", %{}, 5, client: client).stale_ms != nil
    assert {:error, %Vexil.Error{name: "UNREACHABLE"}} = Vexil.refresh(client: client)
    assert Vexil.state(client: client).last_error.name == "UNREACHABLE"
    stop_supervised!(client)

    client = Shop.start(options)

    assert %State{initialized: true, origin: "cache", version: ^version} =
             Vexil.state(client: client)

    assert %{value: 200, origin: "cache"} = Vexil.details("limit", %{}, 5, client: client)

    plane = ControlPlane.start!(folder, plane.port)
    ControlPlane.apply!(plane, definitions(300))
    assert eventually(fn -> Vexil.int("limit", %{}, 5, client: client) == 300 end)
    assert eventually(fn -> Vexil.state(client: client).stale_since_ms == nil end)
    assert :ok = Vexil.refresh(client: client)
  end

  test "a key that nobody knows", %{plane: plane} do
    client = Shop.start(source: nil, url: plane.url, key: "vx_srv_nobody", start_timeout: 60_000)
    assert Vexil.state(client: client).last_error.name == "UNAUTHENTICATED"
    refute Vexil.ready?(client: client)
  end
end
