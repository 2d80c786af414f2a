defmodule Vexil.Native do
  # The native module. It decides, and everything else in this package is how one asks it.
  @moduledoc false

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

  # Reads.
  def value(_client, _key, _context, _type, _default), do: missing()
  def details(_client, _key, _context, _type, _default), do: missing()
  def variant(_client, _experiment, _context), do: missing()
  def variant_config(_client, _experiment, _context, _default), do: missing()
  def evaluate_all(_client, _context), do: missing()
  def explain(_client, _key, _context), do: missing()
  def context_new(_attributes), do: missing()

  # Views.
  def view_new(_client, _context, _keys), do: missing()
  def view_value(_view, _key, _type, _default), do: missing()
  def view_details(_view, _key, _type, _default), do: missing()
  def view_variant(_view, _experiment), do: missing()
  def view_variant_config(_view, _experiment, _default), do: missing()
  def view_all(_view), do: missing()
  def view_renew(_view, _context), do: missing()
  def view_is_current(_view), do: missing()
  def view_origin(_view), do: missing()

  # Clients.
  def start(_options, _sticky), do: missing()
  def start_from_env(_sdk), do: missing()
  def start_testing(_definitions), do: missing()
  def pin(_client, _overrides, _at), do: missing()
  def close(_client), do: missing()
  def state(_client), do: missing()
  def is_ready(_client), do: missing()
  def generation(_client), do: missing()
  def instance_id(_client), do: missing()
  def refresh(_client, _tag), do: missing()
  def put(_client, _definitions), do: missing()

  # What the program says itself.
  def set_override(_client, _key, _value), do: missing()
  def get_override(_client, _key), do: missing()
  def overrides(_client), do: missing()
  def remove_override(_client, _key), do: missing()
  def clear_overrides(_client), do: missing()
  def set_runtime(_client, _namespace, _key, _value), do: missing()
  def get_runtime(_client, _namespace, _key), do: missing()
  def runtime_values(_client, _namespace), do: missing()
  def remove_runtime(_client, _namespace, _key), do: missing()
  def register(_client, _definitions), do: missing()
  def unregister(_client, _key), do: missing()
  def registered(_client), do: missing()
  def testing_set(_client, _key, _value), do: missing()
  def testing_set_variant(_client, _experiment, _variant, _config), do: missing()
  def testing_remove(_client, _key), do: missing()
  def testing_clear(_client), do: missing()

  # Listening.
  def on_state(_client, _pid, _name), do: missing()
  def on_generation(_client, _pid, _name), do: missing()
  def on_change(_client, _pid, _name, _namespace, _key, _context), do: missing()
  def cancel(_listening), do: missing()

  # Stores of assignments.
  def sticky_new(_capacity), do: missing()
  def sticky_get(_store, _experiment, _unit), do: missing()
  def sticky_put(_store, _experiment, _unit, _variant), do: missing()
  def sticky_size(_store), do: missing()

  # Beside all that.
  def codes, do: missing()
  def json_decode(_json), do: missing()
  def json_encode(_term), do: missing()

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
