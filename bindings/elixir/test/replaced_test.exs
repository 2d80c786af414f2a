defmodule Vexil.ReplacedTest do
  # A client is read while another takes its place, as a supervisor does it. The machine frees the reference to the one
  # before, and what is at work with it on a dirty scheduler must not notice.
  use ExUnit.Case, async: true
  alias Vexil.Shop

  # In a machine of its own: one that goes on with memory that is freed ends at once, with all that is in it.
  @say """
  defmodule Reader do
    # Compiled, and not evaluated as the rest is: the machine ends by itself where a message comes to a `receive` that is
    # evaluated, and its `after` is due before the message is looked at.
    def read(read) do
      true = read.()

      receive do
        :enough -> :ok
      after
        1 -> read(read)
      end
    end
  end

  [definitions, path] = System.argv()
  options = [name: :replaced, source: {:memory, definitions}, sticky: {:file, path}]
  {:ok, _} = Supervisor.start_link([{Vexil, options}], strategy: :one_for_one)
  client = Vexil.Names.native(:replaced)

  reads = [
    fn -> Vexil.int("limit", %{}, 5, client: :replaced) == 100 end,
    fn -> map_size(Vexil.evaluate_all(%{}, client: :replaced)) == 7 end
  ]

  readers = for read <- reads, _ <- 1..200, do: spawn_monitor(fn -> Reader.read(read) end)

  for _ <- 1..100 do
    Vexil.Names.put(:replaced, Vexil.pin!(client: client))
    Process.sleep(5)
    Vexil.Names.put(:replaced, client)
    Process.sleep(40)
  end

  for {reader, _} <- readers, do: send(reader, :enough)
  for {_, monitor} <- readers, do: receive(do: ({:DOWN, ^monitor, _, _, :normal} -> :ok))
  IO.write("alive")
  """

  test "whoever reads a client that is replaced goes on" do
    path = Path.join(System.tmp_dir!(), "sticky-#{System.unique_integer([:positive])}")
    on_exit(fn -> File.rm(path) end)
    code = Application.app_dir(:vexil, "ebin")
    arguments = ["-pa", code, "-e", @say, "--", Shop.definitions(), path]
    assert {"alive", 0} = System.cmd("elixir", arguments, stderr_to_stdout: true)
  end
end
