defmodule Vexil do
  @moduledoc """
  Feature flags, typed configuration and experiments, decided in your process.

      # In your application's supervisor:
      {Vexil, url: "https://flags.example.com", key: System.fetch_env!("VEXIL_SDK_KEY")}

      # Anywhere:
      if Vexil.enabled?("checkout.v2", %{user: %{id: "ada"}}), do: ...
      limit = Vexil.int("api.requests-per-minute", %{tenant: %{tier: "pro"}}, 600)

  The order of arguments is a key, who asks (a map, or a `Vexil.Context`), the caller's default, and
  options. `client:` is the one that every function takes: the name of a client, or one that was
  pinned; without it the client `Vexil` is asked.

  A read runs in the process that asks. It takes no lock, sends no message, and never fails for a
  context: without a value it gives the default, and `details/4` says why. So does a client that
  has no definitions yet, was stopped, or was never started.

  How a client is started and what its options are: `Vexil.Client`.
  """
  alias Vexil.{Asked, Calls, Client, Context, Details, Error, Explanation, Names, Native}
  alias Vexil.{Options, State, View}

  @type key :: String.t()
  @type options :: [client: Client.t()]
  @type value :: boolean | number | String.t() | nil | [value] | %{String.t() => value}
  @type namespace :: String.t()

  @boolean Asked.number(:boolean)
  @integer Asked.number(:integer)
  @float Asked.number(:float)
  @string Asked.number(:string)
  @json Asked.number(:json)
  @any Asked.number(nil)

  @doc false
  defdelegate child_spec(options), to: Client

  @doc """
  Whether a flag is on for this context; off where it is none, or is not known.

      iex> Vexil.enabled?("checkout.v2", %{user: %{id: "ada"}})
      true
      iex> Vexil.enabled?("no.such.flag", %{user: %{id: "ada"}})
      false
  """
  @spec enabled?(key, Context.t(), options) :: boolean
  def enabled?(key, context \\ %{}, options \\ []) when is_binary(key),
    do: read(key, context, @boolean, false, options)

  @doc """
  What a flag or config is, of whatever type.

      iex> Vexil.value("limit", %{}, 600)
      100
      iex> Vexil.value("no.such.key", %{}, :unknown)
      :unknown
  """
  @spec value(key, Context.t(), default, options) :: value | default when default: term
  def value(key, context \\ %{}, default \\ nil, options \\ []) when is_binary(key),
    do: read(key, context, @any, default, options)

  @doc """
  A flag or config that is `true` or `false`; the default where it is none or of another type.

      iex> Vexil.bool("checkout.v2", %{}, false)
      true
      iex> Vexil.bool("limit", %{}, false)
      false
  """
  @spec bool(key, Context.t(), default, options) :: boolean | default when default: term
  def bool(key, context \\ %{}, default \\ false, options \\ []) when is_binary(key),
    do: read(key, context, @boolean, default, options)

  @doc """
  A flag or config that is an integer.

      iex> Vexil.int("limit", %{}, 600)
      100
  """
  @spec int(key, Context.t(), default, options) :: integer | default when default: term
  def int(key, context \\ %{}, default \\ 0, options \\ []) when is_binary(key),
    do: read(key, context, @integer, default, options)

  @doc """
  A flag or config that is a float, or an integer that a float holds exactly.

      iex> Vexil.float("limit", %{}, 0.5)
      100.0
  """
  @spec float(key, Context.t(), default, options) :: float | default when default: term
  def float(key, context \\ %{}, default \\ 0.0, options \\ []) when is_binary(key),
    do: read(key, context, @float, default, options)

  @doc """
  A flag or config that is text.

      iex> Vexil.string("theme", %{}, "light")
      "dark"
  """
  @spec string(key, Context.t(), default, options) :: String.t() | default when default: term
  def string(key, context \\ %{}, default \\ "", options \\ []) when is_binary(key),
    do: read(key, context, @string, default, options)

  @doc """
  A flag or config that is JSON, as a term: objects are maps whose names are text. Of an experiment
  it is the configuration of the variant.

      iex> Vexil.json("limits", %{}, %{})
      %{"per" => "minute", "most" => [10, 100]}
  """
  @spec json(key, Context.t(), default, options) :: value | default when default: term
  def json(key, context \\ %{}, default \\ nil, options \\ []) when is_binary(key),
    do: read(key, context, @json, default, options)

  @doc """
  What a key comes to, with all that there is to say of it.

  `as:` asks for a type, one of `:boolean`, `:integer`, `:float`, `:string` and `:json`, as the
  functions above do.

      iex> details = Vexil.details("checkout.v2", %{user: %{id: "ada"}}, false)
      iex> {details.value, details.reason, details.error_code}
      {true, "DEFAULT", nil}
      iex> Vexil.details("limit", %{}, "none", as: :string).error_code
      "TYPE_MISMATCH"
  """
  @spec details(key, Context.t(), term, [{:as, atom} | {:client, Client.t()}]) :: Details.t()
  def details(key, context \\ %{}, default \\ nil, options \\ []) when is_binary(key) do
    {as, options} = Keyword.pop(options, :as)
    type = Asked.number(as)

    case native(options) do
      nil -> without_client(default)
      client -> client |> Native.details(key, context, type, default) |> Details.new()
    end
  end

  @doc """
  The id of the variant that an experiment gives this context; `nil` where it takes no part.

      iex> Vexil.variant("button", %{user: %{id: "ada"}})
      "green"
  """
  @spec variant(key, Context.t(), options) :: String.t() | nil
  def variant(experiment, context \\ %{}, options \\ []) when is_binary(experiment) do
    case native(options) do
      nil -> nil
      client -> Native.variant(client, experiment, context)
    end
  end

  @doc """
  The configuration of that variant; the default where the context takes no part.

      iex> Vexil.variant_config("button", %{user: %{id: "ada"}})
      %{"color" => "#0f0"}
  """
  @spec variant_config(key, Context.t(), default, options) :: value | default when default: term
  def variant_config(experiment, context \\ %{}, default \\ nil, options \\ [])
      when is_binary(experiment) do
    case native(options) do
      nil -> default
      client -> Native.variant_config(client, experiment, context, default)
    end
  end

  @doc """
  What every key comes to, by what is in force at one moment.

      iex> all = Vexil.evaluate_all(%{user: %{id: "ada"}})
      iex> all["limit"].value
      100
  """
  @spec evaluate_all(Context.t(), options) :: %{key => Details.t()}
  def evaluate_all(context \\ %{}, options \\ []) do
    case native(options) do
      nil -> %{}
      client -> client |> Native.evaluate_all(context) |> Details.all()
    end
  end

  @doc """
  Evaluates all keys, or those of `keys:`, once for one context: see `Vexil.View`.

      iex> {:ok, view} = Vexil.view(%{user: %{id: "ada"}}, keys: ["checkout.v2"])
      iex> Vexil.View.enabled?(view, "checkout.v2")
      true
  """
  @spec view(Context.t(), [{:keys, [key]} | {:client, Client.t()}]) ::
          {:ok, View.t()} | {:error, Error.t()}
  def view(context \\ %{}, options \\ []) do
    {keys, options} = Keyword.pop(options, :keys)

    with {:ok, client} <- running(options),
         {:ok, made} <- Native.view_new(client, context, keys),
         do: {:ok, %View{made: made}}
  end

  @doc "As `view/2`; raises a `Vexil.Error`."
  @spec view!(Context.t(), keyword) :: View.t()
  def view!(context \\ %{}, options \\ []), do: Error.unwrap!(view(context, options))

  @doc """
  How an evaluation comes about, step by step.

      iex> {:ok, explanation} = Vexil.explain("checkout.v2", %{user: %{id: "ada"}})
      iex> to_string(explanation) =~ "checkout.v2"
      true
  """
  @spec explain(key, Context.t(), options) :: {:ok, Explanation.t()} | {:error, Error.t()}
  def explain(key, context \\ %{}, options \\ []) when is_binary(key) do
    with {:ok, client} <- running(options),
         {:ok, text, steps} <- Native.explain(client, key, context),
         do: {:ok, %Explanation{text: text, steps: steps}}
  end

  @doc "As `explain/3`; raises a `Vexil.Error`."
  @spec explain!(key, Context.t(), options) :: Explanation.t()
  def explain!(key, context \\ %{}, options \\ []),
    do: Error.unwrap!(explain(key, context, options))

  @doc """
  A client of one moment, for one request: all that it is asked is by what is in force now,
  overrides included, whatever comes meanwhile. It is given to functions of this module as `client:`.

  `at:` is another moment than now, a `DateTime` or the text of one: what keys will be once
  something begins, ends or expires. `overrides:` say what some keys are in this request alone:
  they stand below kills, and whether somebody may ask for them is your matter.

      iex> {:ok, pinned} = Vexil.pin(overrides: %{"theme" => "blue"})
      iex> {Vexil.string("theme", %{}, "", client: pinned), Vexil.string("theme")}
      {"blue", "dark"}
  """
  @spec pin(at: DateTime.t() | String.t(), overrides: map, client: Client.t()) ::
          {:ok, Client.t()} | {:error, Error.t()}
  def pin(options \\ []) do
    {at, options} = Keyword.pop(options, :at)
    {overrides, options} = Keyword.pop(options, :overrides)

    with {:ok, client} <- running(options),
         do: Native.pin(client, overrides, at && to_string_of_moment(at))
  end

  @doc "As `pin/1`; raises a `Vexil.Error`."
  @spec pin!(keyword) :: Client.t()
  def pin!(options \\ []), do: Error.unwrap!(pin(options))

  @doc """
  How the client stands; one that is not running has no definitions.

      iex> Vexil.state().origin
      "memory"
  """
  @spec state(options) :: State.t()
  def state(options \\ []) do
    case native(options) do
      nil -> %State{connection: "disconnected", origin: "none"}
      client -> Native.state(client)
    end
  end

  @doc "Whether there are definitions to evaluate with, wherever they came from."
  @spec ready?(options) :: boolean
  def ready?(options \\ []) do
    client = native(options)
    client != nil and Native.is_ready(client)
  end

  @doc """
  The number of what is in force: as long as it stays the same, time alone can change what a read
  comes to. 0 where no client is running.
  """
  @spec generation(options) :: non_neg_integer
  def generation(options \\ []) do
    case native(options) do
      nil -> 0
      client -> Native.generation(client)
    end
  end

  @doc "The name of this process in telemetry, and in contexts as `instance.id`."
  @spec instance_id(options) :: {:ok, String.t()} | {:error, Error.t()}
  def instance_id(options \\ []) do
    with {:ok, client} <- running(options), do: {:ok, Native.instance_id(client)}
  end

  @doc """
  Asks the source now, and waits for the answer: for as long as `request_timeout:` says, and where it
  was asked already, for that as well.
  """
  @spec refresh(options) :: :ok | {:error, Error.t()}
  def refresh(options \\ []) do
    control(options, fn client -> Calls.answered(&Native.refresh(client, &1)) end)
  end

  @doc "As `refresh/1`; raises a `Vexil.Error`."
  @spec refresh!(options) :: :ok
  def refresh!(options \\ []), do: Error.unwrap!(refresh(options))

  @doc """
  Puts other definitions in force, in JSON or as a term, where the source is `{:memory, ...}`.
  Terms lose the order of an object's members; where it counts, as in an allocation, give JSON.
  """
  @spec put(String.t() | map | list, options) :: :ok | {:error, Error.t()}
  def put(definitions, options \\ []) do
    with {:ok, json} <- Options.json(definitions), do: control(options, &Native.put(&1, json))
  end

  @doc "As `put/2`; raises a `Vexil.Error`."
  @spec put!(String.t() | map | list, options) :: :ok
  def put!(definitions, options \\ []), do: Error.unwrap!(put(definitions, options))

  @doc """
  Sets what a key is in this process, whatever is in force, where `allow_overrides:` allows it. Of
  an experiment it is the id of a variant. A value of another type than the key's does not apply.

      iex> Vexil.set_override("theme", "blue")
      :ok
      iex> {Vexil.string("theme"), Vexil.get_override("theme"), Vexil.overrides()}
      {"blue", "blue", %{"theme" => "blue"}}
      iex> Vexil.remove_override("theme")
      :ok
      iex> Vexil.string("theme")
      "dark"
  """
  @spec set_override(key, value, options) :: :ok | {:error, Error.t()}
  def set_override(key, value, options \\ []),
    do: control(options, &Native.set_override(&1, key, value))

  @doc "As `set_override/3`; raises a `Vexil.Error`."
  @spec set_override!(key, value, options) :: :ok
  def set_override!(key, value, options \\ []),
    do: Error.unwrap!(set_override(key, value, options))

  @doc "The override of a key, or the default."
  @spec get_override(key, default, options) :: value | default when default: term
  def get_override(key, default \\ nil, options \\ []),
    do: found(options, default, &Native.get_override(&1, key))

  @doc "Every override."
  @spec overrides(options) :: %{key => value}
  def overrides(options \\ []), do: all(options, &Native.overrides/1)

  @doc "Removes an override."
  @spec remove_override(key, options) :: :ok | {:error, Error.t()}
  def remove_override(key, options \\ []), do: control(options, &Native.remove_override(&1, key))

  @doc "Removes all overrides."
  @spec clear_overrides(options) :: :ok | {:error, Error.t()}
  def clear_overrides(options \\ []), do: control(options, &Native.clear_overrides/1)

  @doc """
  Sets a value while the program runs: in a namespace of your own for whoever asks or listens. In
  `"features"`, `"configs"` and `"experiments"` it is an override of the key, under the same
  permission.

      iex> Vexil.set_runtime("shop", "banner", %{text: "Sale", until: ~D[2026-12-24]})
      :ok
      iex> Vexil.get_runtime("shop", "banner")
      %{"text" => "Sale", "until" => "2026-12-24"}
  """
  @spec set_runtime(namespace, key, value, options) :: :ok | {:error, Error.t()}
  def set_runtime(namespace, key, value, options \\ []),
    do: control(options, &Native.set_runtime(&1, namespace, key, value))

  @doc "As `set_runtime/4`; raises a `Vexil.Error`."
  @spec set_runtime!(namespace, key, value, options) :: :ok
  def set_runtime!(namespace, key, value, options \\ []),
    do: Error.unwrap!(set_runtime(namespace, key, value, options))

  @doc "The runtime value of a key, or the default: what was set, not what the key is without it."
  @spec get_runtime(namespace, key, default, options) :: value | default when default: term
  def get_runtime(namespace, key, default \\ nil, options \\ []),
    do: found(options, default, &Native.get_runtime(&1, namespace, key))

  @doc "Every runtime value of a namespace."
  @spec runtime_values(namespace, options) :: %{key => value}
  def runtime_values(namespace, options \\ []),
    do: all(options, &Native.runtime_values(&1, namespace))

  @doc "Removes a runtime value."
  @spec remove_runtime(namespace, key, options) :: :ok | {:error, Error.t()}
  def remove_runtime(namespace, key, options \\ []),
    do: control(options, &Native.remove_runtime(&1, namespace, key))

  @doc """
  Registers definitions, in JSON or as terms, for keys that the control plane may not know yet. Each
  stands where what is in force has no such key. All of them, or none where one is wrong.

      iex> Vexil.register(%{key: "beta", default: true})
      :ok
      iex> {Vexil.enabled?("beta"), Vexil.registered()}
      {true, ["beta"]}
      iex> Vexil.unregister("beta")
      :ok
  """
  @spec register(String.t() | map | list, options) :: :ok | {:error, Error.t()}
  def register(definitions, options \\ []) do
    with {:ok, json} <- Options.json(definitions), do: control(options, &Native.register(&1, json))
  end

  @doc "As `register/2`; raises a `Vexil.Error`."
  @spec register!(String.t() | map | list, options) :: :ok
  def register!(definitions, options \\ []), do: Error.unwrap!(register(definitions, options))

  @doc "Takes back what was registered for a key."
  @spec unregister(key, options) :: :ok | {:error, Error.t()}
  def unregister(key, options \\ []), do: control(options, &Native.unregister(&1, key))

  @doc "Every key that is registered, ascending."
  @spec registered(options) :: [key]
  def registered(options \\ []) do
    case native(options) do
      nil -> []
      client -> Native.registered(client)
    end
  end

  @doc """
  Has messages sent to the process that calls, until it ends, unsubscribes, or the client's process
  ends:

    * `subscribe(:state)`: `{:vexil, :state, client, %Vexil.State{}}` whenever the state is another
    * `subscribe("checkout.v2")` or `subscribe({"features", "checkout.v2"})`:
      `{:vexil, :change, client, %Vexil.Change{}}` when the key's value is another, for nobody in
      particular or for `context:`. In a namespace of your own it is the runtime value.
    * `subscribe(:generation)`: `{:vexil, :generation, client, number}` whenever something is put in
      force: when views are to be renewed

  `client` is the client's name. What comes back is for `unsubscribe/2`.

  A process that has 1,000 messages unread is told no more until it has read some, and then the last
  word of each subscription: the newest state or generation, and of a key what it was when the
  process was told last, and what it is.

  Where the client's process does not answer within five seconds (a handler may keep it busy), that is
  an error, and nothing is subscribed.

      iex> {:ok, subscription} = Vexil.subscribe("theme")
      iex> Vexil.set_override("theme", "blue")
      iex> receive do
      ...>   {:vexil, :change, Vexil, change} -> {change.old, change.new, change.origin}
      ...> end
      {"dark", "blue", "runtime"}
      iex> Vexil.unsubscribe(subscription)
      :ok
  """
  @spec subscribe(
          :state | :generation | key | {namespace, key},
          [{:context, Context.t()} | {:client, atom}]
        ) :: {:ok, reference} | {:error, Error.t()}
  def subscribe(what, options \\ []) do
    {context, options} = Keyword.pop(options, :context)
    Client.subscribe(name(options), watched(what), context)
  end

  @doc "Listens no more. What is on its way still arrives."
  @spec unsubscribe(reference, client: atom) :: :ok
  def unsubscribe(subscription, options \\ []) when is_reference(subscription),
    do: Client.unsubscribe(name(options), subscription)

  defp watched(what) when what in [:state, :generation], do: what

  defp watched({namespace, key} = watched) when is_binary(namespace) and is_binary(key) do
    # Here, and not in the process that all share.
    if String.valid?(namespace) and String.valid?(key) do
      watched
    else
      raise ArgumentError, "a key and its namespace are text in UTF-8: #{inspect(watched)}"
    end
  end

  defp watched(key) when is_binary(key), do: watched({"features", key})

  # The default client's own way: nothing is looked for in options that are not there. `Vexil.Names` has put it there.
  defp read(key, context, type, default, []) do
    case :persistent_term.get(Vexil, nil) do
      client when is_reference(client) -> Native.value(client, key, context, type, default)
      nil -> default
      _of_tests -> read(key, context, type, default, client: Vexil)
    end
  end

  defp read(key, context, type, default, options) do
    case native(options) do
      nil -> default
      client -> Native.value(client, key, context, type, default)
    end
  end

  defp native(options), do: options |> name() |> Names.native()

  defp name([]), do: Vexil
  defp name(client: client), do: client

  defp name(options),
    do: raise(ArgumentError, "there is no option but `client:` here: #{inspect(options)}")

  defp running(options) do
    client = name(options)

    case Names.native(client) do
      nil -> {:error, Client.not_running(client)}
      native -> {:ok, native}
    end
  end

  defp control(options, call), do: with({:ok, client} <- running(options), do: call.(client))

  defp found(options, default, call) do
    with client when client != nil <- native(options), {:ok, value} <- call.(client) do
      Native.made(value)
    else
      _ -> default
    end
  end

  defp all(options, call) do
    case native(options) do
      nil -> %{}
      client -> Map.new(call.(client))
    end
  end

  defp to_string_of_moment(%DateTime{} = at), do: DateTime.to_iso8601(at)
  defp to_string_of_moment(at) when is_binary(at), do: at

  @doc false
  def without_client(default) do
    %Details{
      value: default,
      reason: "ERROR",
      open_feature_reason: "ERROR",
      error_code: "PROVIDER_NOT_READY",
      error_message: "no client is running by this name"
    }
  end
end
