defmodule Vexil.Asked do
  # The types that a value can be asked as, by the numbers that the native module knows them by.
  @moduledoc false

  @numbers %{nil => 0, boolean: 1, integer: 2, float: 3, string: 4, json: 5}

  @doc "The number of a type; `nil` asks for none."
  def number(as) do
    case @numbers do
      %{^as => number} -> number
      _ -> raise ArgumentError, "#{inspect(as)} is none of #{inspect(Map.keys(@numbers))}"
    end
  end
end
