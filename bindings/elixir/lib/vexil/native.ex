defmodule Vexil.Native do
  # The native module. It decides, and everything else in this package is how one asks it.
  @moduledoc false
  import Vexil.Calls

  @on_load :load

  @doc false
  def load do
    path = :code.priv_dir(:vexil) |> Path.join("vexil_nif") |> String.to_charlist()

    # Clients and their threads are of the library that made them, and so this module is not replaced while the machine
    # runs: what is there goes on.
    case :erlang.load_nif(path, 0) do
      {:error, {:upgrade, _}} ->
        {:error, {:upgrade, ~c"vexil is not upgraded while the machine runs: restart the machine"}}

      loaded ->
        loaded
    end
  end

  def own(_term), do: missing()

  # A value: the process's own already, or large, and a reference of this process's own.
  def made({:vexil_large, large}) when is_reference(large), do: dirty_made(large)
  def made(value), do: value
  def dirty_made(_large), do: missing()

  # Reads.
  either value(client, key, context, type, default)
  either details(client, key, context, type, default)
  either variant(client, experiment, context)
  either variant_config(client, experiment, context, default)
  dirty evaluate_all(client, context)
  dirty explain(client, key, context)
  either context_new(attributes)

  # Views. In details, and in `{:ok, value}`, the value is to be `made/1` yet.
  dirty view_new(client, context, keys)
  here view_value(view, key, type, default)
  def view_details(_view, _key, _type, _default), do: missing()
  def view_variant(_view, _experiment), do: missing()
  here view_variant_config(view, experiment, default)
  dirty view_all(view)
  dirty view_renew(view, context)
  def view_is_current(_view), do: missing()
  def view_origin(_view), do: missing()

  # Clients.
  dirty start(options, sticky, tag)
  def start_from_env(_sdk, _tag), do: missing()
  def start_testing(_definitions, _tag), do: missing()
  either pin(client, overrides, at)
  dirty close(client)
  def state(_client), do: missing()
  def is_ready(_client), do: missing()
  def generation(_client), do: missing()
  def instance_id(_client), do: missing()
  def refresh(_client, _tag), do: missing()
  def warn(_client, _warning), do: missing()
  dirty put(client, definitions)

  # What the program says itself.
  dirty set_override(client, key, value)
  def get_override(_client, _key), do: missing()
  dirty overrides(client)
  dirty remove_override(client, key)
  dirty clear_overrides(client)
  dirty set_runtime(client, namespace, key, value)
  def get_runtime(_client, _namespace, _key), do: missing()
  dirty runtime_values(client, namespace)
  dirty remove_runtime(client, namespace, key)
  dirty register(client, definitions)
  dirty unregister(client, key)
  def registered(_client), do: missing()
  dirty testing_set(client, key, value)
  dirty testing_set_variant(client, experiment, variant, config)
  dirty testing_remove(client, key)
  dirty testing_clear(client)

  # Listening.
  def on_state(_client, _pid, _name), do: missing()
  def on_generation(_client, _pid, _name), do: missing()
  dirty on_change(client, pid, name, namespace, key, context)
  def cancel(_listening), do: missing()

  # Stores of assignments.
  def sticky_new(_capacity), do: missing()
  def sticky_get(_store, _experiment, _unit), do: missing()
  def sticky_put(_store, _experiment, _unit, _variant), do: missing()
  def sticky_size(_store), do: missing()

  # Beside all that.
  def codes, do: missing()
  dirty json_decode(json)
  dirty json_encode(term)

  if Mix.env() == :test do
    def provoke_error(_code), do: missing()
    def provoke_panic, do: missing()
    def provoke_dirty_panic, do: missing()
    def provoke_bad_text, do: missing()
    def provoke_message(_pid), do: missing()
    def json_member(_json, _name), do: missing()
  end

  defp missing, do: :erlang.nif_error(:nif_not_loaded)
end
