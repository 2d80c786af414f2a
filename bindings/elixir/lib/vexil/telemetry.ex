defmodule Vexil.Telemetry do
  @moduledoc """
  What a client tells the program of itself, in the form of `:telemetry`, which this package does
  not depend on.

  A client's option `handler:` is a module with `c:execute/3`. `:telemetry` is one:

      {Vexil, url: url, key: key, handler: :telemetry}

  | event | measurements | metadata |
  |---|---|---|
  | `[:vexil, :client, :start]` | `duration`, in native units of time | `client`, `state` |
  | `[:vexil, :client, :stop]` | `system_time` | `client`, `reason` |
  | `[:vexil, :client, :state]` | `version`, `overrides` | `client`, `state` |
  | `[:vexil, :client, :generation]` | `generation` | `client` |

  `client` is the client's name, `state` a `Vexil.State`. The handler runs in the client's process:
  reads do not wait for it, subscriptions do. One that is slow hears the newest state and generation,
  and not each. One that raises is logged, and asked again next time.
  """
  require Logger

  @callback execute(event :: [atom], measurements :: map, metadata :: map) :: term

  @doc false
  def execute(nil, _event, _measurements, _metadata), do: :ok

  def execute(handler, event, measurements, metadata) do
    handler.execute([:vexil, :client, event], measurements, metadata)
    :ok
  catch
    kind, reason ->
      banner = Exception.format_banner(kind, reason)
      Logger.error("vexil: #{inspect(handler)} failed at #{event}: #{banner}")
      :ok
  end
end
