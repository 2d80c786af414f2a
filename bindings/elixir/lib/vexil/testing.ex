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

  It takes the place of the client `Vexil`, for all processes: such tests are not `async`. Code that
  takes its client as an argument can have one for each test: `{Vexil.Testing, name: MyTest}`, and
  `client: MyTest` here and there.

  Functions here raise a `Vexil.Error`: a test must not go on with a value that it believes to have
  set.
  """
  alias Vexil.{Client, Error, Native}

  @doc """
  Starts one. `definitions:`, in JSON or as a term, are for tests of rules and rollouts; `flags:` is
  a map of what is set from the beginning; `name:` is `Vexil` where nothing is said.

      iex> {:ok, _} = Vexil.Testing.start_link(name: Docs, flags: %{"checkout.v2" => true})
      iex> Vexil.enabled?("checkout.v2", %{}, client: Docs)
      true
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(options \\ []) do
    options = Keyword.validate!(options, [:definitions, flags: %{}, name: Vexil])
    source = {:testing, options[:definitions], options[:flags]}
    Client.start_link(name: options[:name], source: source)
  end

  @doc false
  def child_spec(options) do
    %{id: Keyword.get(options, :name, Vexil), start: {__MODULE__, :start_link, [options]}}
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

    case Client.native(client) do
      nil -> raise Client.not_running(client)
      native -> native |> call.() |> Error.unwrap!()
    end
  end
end
