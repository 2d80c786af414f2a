# As much of Plug as `Vexil.Plug` needs. The real one is not among what this package's tests need.
defmodule Plug do
  @moduledoc false
  @callback init(options :: term) :: term
  @callback call(conn :: struct, options :: term) :: struct
end

defmodule Plug.Conn do
  @moduledoc false
  defstruct assigns: %{}, req_headers: []

  def assign(%__MODULE__{} = conn, name, value),
    do: %{conn | assigns: Map.put(conn.assigns, name, value)}
end
