defmodule Vexil.MailboxTest do
  # What a client's process is sent that it does not know.
  use ExUnit.Case, async: true
  alias Vexil.{Error, Shop}

  test "what the client's process does not know is an error or dropped, and harms nobody" do
    client = Shop.start()
    pid = Process.whereis(client)
    {:ok, subscription} = Vexil.subscribe("plan", client: client)

    for request <- [
          :no_such_call,
          {:subscribe, :no_reference, :state, nil, self()},
          {:subscribe, make_ref(), :nothing, nil, self()},
          {:subscribe, make_ref(), {"features", <<255>>}, nil, self()},
          {:subscribe, make_ref(), :state, nil, :nobody},
          {:allow, :nobody}
        ] do
      assert {:error, %Error{name: "INVALID_VALUE"}} = GenServer.call(pid, request)
    end

    GenServer.cast(pid, :no_such_cast)
    for kind <- [:state, :generation, :warning], do: send(pid, {:vexil, kind, client, nil})
    send(pid, :anything)
    send(:sys.get_state(pid).listeners[subscription], :anything)
    :sys.get_state(pid)
    assert Process.info(pid, :message_queue_len) == {:message_queue_len, 0}

    :ok = Vexil.set_override("plan", "mine", client: client)
    assert_receive {:vexil, :change, ^client, %{key: "plan"}}, 30_000
    assert Process.whereis(client) == pid
  end
end
