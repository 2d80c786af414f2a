defmodule Vexil.UpgradeTest do
  # The native module is not replaced while the machine runs: what is there goes on.
  use ExUnit.Case
  @moduletag :capture_log
  alias Vexil.{Native, Options, Shop}

  # What the code server logs, it logs by itself.
  def log(%{msg: message}, %{config: test}), do: send(test, {:logged, inspect(message)})

  test "another version of the module is refused, and says why" do
    client = Shop.start()
    {Native, code, file} = :code.get_object_code(Native)
    :ok = :logger.add_handler(__MODULE__, __MODULE__, %{config: self()})
    on_exit(fn -> :logger.remove_handler(__MODULE__) end)

    for _ <- 1..2 do
      assert {:error, :on_load_failure} = :code.load_binary(Native, file, code)
      assert_receive {:logged, "" <> _ = why}, 30_000
      assert why =~ "vexil is not upgraded while the machine runs: restart the machine"
    end

    assert Vexil.int("limit", %{}, 5, client: client) == 100
    assert {:ok, _} = Options.start(source: {:testing, nil, %{}})
    refute :erlang.check_old_code(Native)
  end
end
