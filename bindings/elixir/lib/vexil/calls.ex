defmodule Vexil.Calls do
  # How functions of the native module are called that do not run on the scheduler that asks, or not always.
  @moduledoc false

  @doc """
  What runs on a dirty scheduler is called with terms of the process's own: the machine may free what lies in
  persistent terms, as clients do, while it is at work with it.
  """
  defmacro dirty({name, _, arguments}) do
    there = :"dirty_#{name}"
    unused = Enum.map(arguments, fn {argument, _, at} -> {:"_#{argument}", [], at} end)

    quote do
      def unquote(name)(unquote_splicing(arguments)) do
        {unquote_splicing(arguments)} = own({unquote_splicing(arguments)})
        unquote(there)(unquote_splicing(arguments))
      end

      def unquote(there)(unquote_splicing(unused)), do: :erlang.nif_error(:nif_not_loaded)
    end
  end

  @doc "Here, or on a dirty scheduler where it turns out that it would wait or is large."
  defmacro either({name, _, arguments}) do
    {here, there} = {:"#{name}_here", :"dirty_#{name}"}
    unused = Enum.map(arguments, fn {argument, _, at} -> {:"_#{argument}", [], at} end)

    quote do
      def unquote(name)(unquote_splicing(arguments)) do
        case unquote(here)(unquote_splicing(arguments)) do
          :vexil_wait ->
            {unquote_splicing(arguments)} = own({unquote_splicing(arguments)})
            unquote(there)(unquote_splicing(arguments))

          told ->
            made(told)
        end
      end

      def unquote(here)(unquote_splicing(unused)), do: :erlang.nif_error(:nif_not_loaded)
      def unquote(there)(unquote_splicing(unused)), do: :erlang.nif_error(:nif_not_loaded)
    end
  end

  @doc "Here, but for a value that is large, whose terms are made on a dirty scheduler."
  defmacro here({name, _, arguments}) do
    here = :"#{name}_here"
    unused = Enum.map(arguments, fn {argument, _, at} -> {:"_#{argument}", [], at} end)

    quote do
      def unquote(name)(unquote_splicing(arguments)),
        do: made(unquote(here)(unquote_splicing(arguments)))

      def unquote(here)(unquote_splicing(unused)), do: :erlang.nif_error(:nif_not_loaded)
    end
  end

  @doc """
  Calls for what takes long, and waits for the message that a thread of the native module sends when it is done. It holds
  up nobody but the process that calls.
  """
  def answered(call) do
    tag = make_ref()

    with :ok <- call.(tag) do
      receive do
        {^tag, answer} -> answer
      end
    end
  end
end
