defmodule Vexil.ControlPlane do
  # A real control plane for tests: `vexil serve` as a process, which can be killed and started again.
  @moduledoc false
  import Vexil.Shop, only: [eventually: 1]

  @admin "administrator-of-a-test-0123456789abcdef"

  @doc "The `vexil` to test with. Without one there is nothing to test, which CI does not put up with."
  def binary do
    built = Path.expand("../../../../target/debug/vexil", __DIR__)
    path = System.get_env("VEXIL_TEST_BINARY", built)

    cond do
      File.regular?(path) ->
        {:ok, path}

      System.get_env("CI") == "true" ->
        raise "there is no #{path}"

      true ->
        {:error, "there is no #{path}: `cargo build -p vexil`, or VEXIL_TEST_BINARY names one"}
    end
  end

  @doc "Starts one with its data in a folder, and ends it with the test."
  def start!(folder, port \\ free_port()) do
    {:ok, binary} = binary()

    arguments =
      ~w(serve --listen 127.0.0.1:#{port} --drain 1s --data) ++ [Path.join(folder, "data")]

    process =
      Port.open({:spawn_executable, binary}, [
        :binary,
        :exit_status,
        :stderr_to_stdout,
        args: arguments,
        env: [{~c"VEXIL_ADMIN_TOKEN", String.to_charlist(@admin)}]
      ])

    {:os_pid, pid} = Port.info(process, :os_pid)
    plane = %{binary: binary, folder: folder, port: port, pid: pid, url: "http://127.0.0.1:#{port}"}
    ExUnit.Callbacks.on_exit(fn -> kill(plane) end)
    eventually(fn -> answers?(port) end)
    plane
  end

  @doc "As `kill -9` does, and waits until it is gone."
  def kill(plane) do
    System.cmd("kill", ["-9", "#{plane.pid}"], stderr_to_stdout: true)
    eventually(fn -> not answers?(plane.port) end)
  end

  @doc "Puts the definitions in force."
  def apply!(plane, definitions) do
    file = Path.join(plane.folder, "flags.json")
    File.write!(file, definitions)
    vexil!(plane, ["apply", file, "--environment", "production", "--reason", "a test"])
  end

  @doc "A new key of a service, for production."
  def key!(plane) do
    said = vexil!(plane, ~w(keys create --environment production --kind server --name test))
    [key] = Regex.run(~r/vx_srv_\w+/, said)
    key
  end

  defp vexil!(plane, arguments) do
    env = [{"VEXIL_SERVER", plane.url}, {"VEXIL_TOKEN", @admin}]
    {said, status} = System.cmd(plane.binary, arguments, env: env, stderr_to_stdout: true)
    if status != 0, do: raise(said)
    said
  end

  defp free_port do
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    :gen_tcp.close(socket)
    port
  end

  defp answers?(port) do
    case :gen_tcp.connect({127, 0, 0, 1}, port, [], 1_000) do
      {:ok, socket} -> :gen_tcp.close(socket) == :ok
      {:error, _} -> false
    end
  end
end
