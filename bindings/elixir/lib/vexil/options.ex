defmodule Vexil.Options do
  # The options of a client, as the native module takes them: docs/clients.md has the table.
  @moduledoc false
  alias Vexil.{Calls, Error, Native}

  @durations ~w(polling_interval silence request_timeout start_timeout cache_max_age retry_base)a ++
               ~w(retry_max telemetry_interval)a

  @others ~w(environment bootstrap streaming cache_folder retry_attempts fallback offline)a ++
            ~w(trusted_keys certificates allow_overrides telemetry telemetry_exposures)a ++
            ~w(sticky_capacity instance_id service_name app_version)a

  @doc "The name and version that a control plane is told."
  def sdk, do: "vexil-elixir/#{Application.spec(:vexil, :vsn) || "unknown"}"

  @doc "Starts the native client that these options say."
  def start(options) do
    case Keyword.pop(options, :source) do
      {:env, []} -> Calls.answered(&Native.start_from_env(sdk(), &1))
      {:env, _} -> invalid("`source: :env` says everything; no other options go with it")
      {{:testing, _, flags}, []} when not is_map(flags) -> invalid("`flags:` is a map")
      {{:testing, definitions, flags}, []} -> start_testing(definitions, flags)
      {source, options} -> start(source, options)
    end
  end

  defp start_testing(definitions, flags) do
    with {:ok, json} <- if(definitions, do: json(:definitions, definitions), else: {:ok, nil}),
         {:ok, native} <- Calls.answered(&Native.start_testing(json, &1)),
         :ok <- set(native, Map.to_list(flags)) do
      {:ok, native}
    end
  end

  defp set(_native, []), do: :ok

  defp set(native, [{key, value} | flags]) do
    with :ok <- Native.testing_set(native, key, value), do: set(native, flags)
  end

  defp start(source, options) do
    {sticky, options} = Keyword.pop(options, :sticky)
    {endpoint, options} = Keyword.split(options, [:url, :key])

    with {:ok, source} <- source(source, Map.new(endpoint)),
         {:ok, store, sticky} <- sticky(sticky),
         {:ok, others} <- others(options) do
      %{"source" => source, "sdk" => sdk()}
      |> Map.merge(sticky)
      |> Map.merge(others)
      |> start_native(store)
    end
  end

  # A stack trace shows arguments, and among these is the key.
  defp start_native(options, store) do
    Calls.answered(&Native.start(options, store, &1))
  rescue
    error -> reraise error, Enum.map(__STACKTRACE__, &without_arguments/1)
  end

  defp without_arguments({module, function, arguments, place}) when is_list(arguments),
    do: {module, function, length(arguments), place}

  defp without_arguments(entry), do: entry

  # What the key is instead is not said: it may be one all the same.
  defp source(nil, %{url: url, key: key}) do
    key = if is_function(key, 0), do: key.(), else: key

    cond do
      not is_binary(url) -> invalid("`url:` is text")
      not is_binary(key) -> invalid("`key:` is text, or a function that gives it")
      true -> {:ok, %{"http" => %{"url" => url, "key" => key}}}
    end
  end

  defp source({:file, path}, none) when none == %{} and is_binary(path),
    do: {:ok, %{"file" => %{"path" => path}}}

  defp source({:memory, definitions}, none) when none == %{} do
    with {:ok, json} <- json(:source, definitions),
         do: {:ok, %{"memory" => %{"definitions" => json}}}
  end

  defp source(_, _) do
    invalid(
      "a client has `url:` and `key:`, or one of `source: {:memory, definitions}`, " <>
        "`source: {:file, path}`, whose path is text, and `source: :env`"
    )
  end

  defp sticky(nil), do: {:ok, nil, %{}}
  defp sticky(:memory), do: {:ok, Vexil.StickyStore.new(), %{}}
  defp sticky({:file, path}) when is_binary(path), do: {:ok, nil, %{"sticky_file" => path}}

  defp sticky(store) when is_reference(store) do
    # A reference to something else is found out here, where the key is not.
    _ = Vexil.StickyStore.size(store)
    {:ok, store, %{}}
  rescue
    ArgumentError -> invalid("`sticky:` is a reference, and not to a `Vexil.StickyStore`")
  end

  defp sticky(_) do
    invalid("`sticky:` is `:memory`, `{:file, path}`, whose path is text, or a `Vexil.StickyStore`")
  end

  defp others(options) do
    Enum.reduce_while(options, {:ok, %{}}, fn
      {_name, nil}, {:ok, map} ->
        {:cont, {:ok, map}}

      {name, value}, {:ok, map} when name in @durations ->
        {:cont, {:ok, Map.put(map, "#{name}_ms", value)}}

      {:bootstrap, value}, {:ok, map} ->
        case json(:bootstrap, value) do
          {:ok, json} -> {:cont, {:ok, Map.put(map, "bootstrap", json)}}
          error -> {:halt, error}
        end

      {name, value}, {:ok, map} when name in @others ->
        {:cont, {:ok, Map.put(map, Atom.to_string(name), value)}}

      {name, _value}, _ ->
        {:halt, invalid("there is no option `#{name}`")}
    end)
  end

  @doc "Definitions in JSON: they are text already, or terms."
  def json(definitions) when is_binary(definitions), do: {:ok, definitions}
  def json(definitions), do: Native.json_encode(definitions)

  # Of an option, which an error names.
  defp json(option, definitions) do
    with {:error, error} <- json(definitions),
         do: {:error, %{error | message: "`#{option}`: #{error.message}"}}
  end

  defp invalid(message), do: {:error, Error.new("INVALID_OPTIONS", message)}
end
