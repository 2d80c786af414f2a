# As much of Plug as `Vexil.Plug` calls. The real one is not among what this package's tests need.
defmodule Plug.Conn do
  @moduledoc false
  defstruct assigns: %{}, req_headers: []

  def assign(%__MODULE__{} = conn, name, value),
    do: %{conn | assigns: Map.put(conn.assigns, name, value)}
end
