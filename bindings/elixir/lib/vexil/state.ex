defmodule Vexil.State do
  @moduledoc """
  How a client stands. Moments are in milliseconds since the epoch.

    * `initialized`: whether there are definitions to evaluate with, wherever they came from
    * `syncing`: whether the source is being asked just now
    * `connection`: `"disconnected"`, `"connecting"`, `"connected"` or `"error"`
    * `last_sync_ms`: when the source last said what is in force
    * `last_error`: what last went wrong, a `Vexil.Failure`; it stays when things are well again
    * `version`: of what is evaluated with; 0 when there is none, and of sources that do not number
    * `origin`: where it came from
    * `stale_since_ms`: since when nobody has said that it is the newest; `nil` while somebody does
    * `restart_required`: static keys that have changed since the process booted with them
    * `overrides`: how many are set
  """
  defstruct [
    :connection,
    :last_sync_ms,
    :last_error,
    :origin,
    :stale_since_ms,
    initialized: false,
    syncing: false,
    version: 0,
    restart_required: [],
    overrides: 0
  ]

  @type t :: %__MODULE__{
          initialized: boolean,
          syncing: boolean,
          connection: String.t(),
          last_sync_ms: integer | nil,
          last_error: Vexil.Failure.t() | nil,
          version: non_neg_integer,
          origin: String.t(),
          stale_since_ms: integer | nil,
          restart_required: [String.t()],
          overrides: non_neg_integer
        }
end

defmodule Vexil.Failure do
  @moduledoc """
  Something that went wrong between a client and its source, cache and options, and when: `code`
  and `name` as in `Vexil.Error`, `at_ms` in milliseconds since the epoch.
  """
  defstruct [:code, :name, :message, :at_ms]

  @type t :: %__MODULE__{code: integer, name: String.t(), message: String.t(), at_ms: integer}
end

defmodule Vexil.Change do
  @moduledoc """
  A key whose value is another: see `Vexil.subscribe/2`.

  `old` and `new` are `nil` where there was or is nothing; `origin` is where the new one came from,
  `"runtime"` where the program set it.
  """
  defstruct [:namespace, :key, :old, :new, :origin]

  @type t :: %__MODULE__{
          namespace: String.t(),
          key: String.t(),
          old: term,
          new: term,
          origin: String.t()
        }
end

defmodule Vexil.Explanation do
  @moduledoc """
  How an evaluation came about: `text` for a person, `steps` for a program. `to_string/1` gives the
  text.
  """
  defstruct [:text, :steps]

  @type t :: %__MODULE__{text: String.t(), steps: map}

  defimpl String.Chars do
    def to_string(explanation), do: explanation.text
  end
end
