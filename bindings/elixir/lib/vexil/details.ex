defmodule Vexil.Details do
  @moduledoc """
  A value with all that there is to say of it.

    * `value`: the value; the caller's default where there is an error or no value
    * `variation`: the id of the variation or variant, if the value is one
    * `reason`: why, by Vexil's names, such as `"TARGETING"`
    * `open_feature_reason`: the same by OpenFeature's names
    * `error_code`, `error_message`: what went wrong, if something did: `"FLAG_NOT_FOUND"`,
      `"TYPE_MISMATCH"`, `"PARSE_ERROR"`, `"INVALID_CONTEXT"`, `"PROVIDER_NOT_READY"`
    * `scope`: the scope whose value it is, such as `"tenant"`
    * `rule`: the rule that decided: its id, else its position
    * `experiment`: the key of the experiment that took part
    * `bucket`: where in 0 to 99,999 the unit fell, where that was asked
    * `overdue`: whether the entry is past its expiry
    * `version`: of the definitions; 0 where they have none
    * `origin`: where they came from: `"none"`, `"bootstrap"`, `"cache"`, `"file"`, `"memory"`,
      `"remote"` or `"registered"`
    * `stale_ms`: for how long nobody has said that they are the newest, in milliseconds; `nil`
      while somebody does
  """
  alias Vexil.Native

  defstruct [
    :value,
    :variation,
    :reason,
    :open_feature_reason,
    :error_code,
    :error_message,
    :scope,
    :rule,
    :experiment,
    :bucket,
    :stale_ms,
    overdue: false,
    version: 0,
    origin: "none"
  ]

  @type t :: %__MODULE__{
          value: term,
          variation: String.t() | nil,
          reason: String.t(),
          open_feature_reason: String.t(),
          error_code: String.t() | nil,
          error_message: String.t() | nil,
          scope: String.t() | nil,
          rule: String.t() | nil,
          experiment: String.t() | nil,
          bucket: non_neg_integer | nil,
          stale_ms: non_neg_integer | nil,
          overdue: boolean,
          version: non_neg_integer,
          origin: String.t()
        }

  @doc false
  # As the native module tells it, in this order.
  def new(
        {value, variation, reason, open_feature_reason, error_code, error_message, scope, rule,
         experiment, bucket, overdue, version, origin, stale_ms}
      ) do
    %__MODULE__{
      value: Native.made(value),
      variation: variation,
      reason: reason,
      open_feature_reason: open_feature_reason,
      error_code: error_code,
      error_message: error_message,
      scope: scope,
      rule: rule,
      experiment: experiment,
      bucket: bucket,
      overdue: overdue,
      version: version,
      origin: origin,
      stale_ms: stale_ms
    }
  end

  @doc false
  def all(pairs), do: Map.new(pairs, fn {key, told} -> {key, new(told)} end)
end
