defmodule Vexil.Testing do
  @moduledoc """
  A client for tests: the one evaluator, without a source, and with flags that a test sets. All
  others give the caller's default, as everywhere.

      setup do
        start_supervised!(Vexil.Testing)
        :ok
      end

      test "the new checkout" do
        Vexil.Testing.set("checkout.v2", true)
        assert Shop.checkout() == "one page"
      end

  It takes the place of the client `Vexil` for the test that starts it, and for processes that the
  test starts: its tasks, and what it has supervised. All others have what they had, so such tests may
  be `async`, beside each other and beside the program's own client. A process that was there before
  is let in by `allow/2`. Each test is a process of its own: it is started in `setup`, and not in
  `setup_all`.

  `for: MyApp.Flags` is in the place of another client than `Vexil`. With `name:` it is a client of its
  own, which everybody has by this name, as `client:` here and there: for tests of processes that
  cannot be allowed one by one, `name: Vexil` where no client of the program's runs.

  Functions here raise a `Vexil.Error`: a test must not go on with a value that it believes to have
  set.
  """
  alias Vexil.{Client, Error, Names, Native}

  @doc """
  Starts one. `definitions:`, in JSON or as a term, are for tests of rules and rollouts; `flags:` is
  a map of what is set from the beginning; `for:` and `name:` are as above. `owner:` is the process
  that has it, the one that calls where nothing is said.

      iex> {:ok, _} = Vexil.Testing.start_link(flags: %{"checkout.v3" => true})
      iex> Vexil.enabled?("checkout.v3")
      true
      iex> Task.await(Task.async(fn -> Vexil.enabled?("checkout.v3") end))
      true
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(options \\ []) do
    options = Keyword.validate!(options, [:definitions, :name, :for, :owner, flags: %{}])
    source = [source: {:testing, options[:definitions], options[:flags]}]

    case options[:name] do
      nil -> Client.start_link_for(options[:owner] || self(), options[:for] || Vexil, source)
      name -> Client.start_link([name: name] ++ source)
    end
  end

  @doc false
  # A supervisor starts it for whoever asks for that: here is where that is known.
  def child_spec(options) do
    options = Keyword.put_new(options, :owner, self())
    id = {__MODULE__, options[:name] || options[:for] || Vexil}
    %{id: id, start: {__MODULE__, :start_link, [options]}}
  end

  @doc """
  Has another process find the client of the test that calls, until that ends. It is refused for one
  that has a client of its own.
  """
  @spec allow(pid, client: atom) :: :ok
  def allow(process, options \\ []) when is_pid(process) do
    [client: client] = Keyword.validate!(options, client: Vexil)

    case Client.allow(client, process) do
      :ok -> :ok
      {:error, %Error{} = error} -> raise error
      {:error, {:already_started, _}} -> raise Client.taken(client, process)
    end
  end

  @doc """
  Sets what a flag or config is for everybody, until it is set again. A key that the definitions do
  not have is of the value's type.
  """
  @spec set(Vexil.key(), Vexil.value(), Vexil.options()) :: :ok
  def set(key, value, options \\ []), do: call(options, &Native.testing_set(&1, key, value))

  @doc """
  Sets the variant that everybody has in an experiment. `config:` is its configuration, for an
  experiment that the definitions do not have.
  """
  @spec set_variant(Vexil.key(), String.t(), [{:config, Vexil.value()} | {:client, Client.t()}]) ::
          :ok
  def set_variant(experiment, variant, options \\ []) do
    {config, options} = Keyword.pop(options, :config)
    call(options, &Native.testing_set_variant(&1, experiment, variant, config))
  end

  @doc "Takes back what was set for a key."
  @spec remove(Vexil.key(), Vexil.options()) :: :ok
  def remove(key, options \\ []), do: call(options, &Native.testing_remove(&1, key))

  @doc "Takes back all that was set."
  @spec clear(Vexil.options()) :: :ok
  def clear(options \\ []), do: call(options, &Native.testing_clear/1)

  defp call(options, call) do
    [client: client] = Keyword.validate!(options, client: Vexil)

    case Names.native(client) do
      nil -> raise Client.not_running(client)
      native -> native |> call.() |> Error.unwrap!()
    end
  end
end
