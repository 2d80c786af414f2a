# A program that has Plug has it before this package is compiled, or compiles this package again.
if match?({:module, _}, Code.ensure_compiled(Plug.Conn)) do
  defmodule Vexil.Plug do
    @moduledoc """
    A plug that evaluates once for each request, and leaves the `Vexil.View` in `conn.assigns.vexil`.

        plug Vexil.Plug, context: &MyApp.who/1, keys: ["checkout.v2", "theme"]

        # In a controller:
        if Vexil.View.enabled?(conn.assigns.vexil, "checkout.v2"), do: ...

      * `context:` is a function, named as `&Module.function/1` so that it can be compiled into a
        router, from the `conn` to who asks. Where it says what no context holds, every key of the view
        is the caller's default, and that is logged once: nobody is taken for somebody else.
      * `keys:` are those that the request may ask for; all where nothing is said, which takes longer
        the more there are
      * `assign:` is another name than `:vexil`
      * `client:` is the client

    While no client is running nothing is assigned but `nil`. This module is there only where Plug
    is.
    """
    @behaviour Plug

    @impl Plug
    def init(options) do
      Keyword.validate!(options, [:context, :keys, assign: :vexil, client: Vexil])
    end

    @impl Plug
    def call(conn, options) do
      about = Keyword.take(options, [:keys, :client])
      who = if options[:context], do: options[:context].(conn), else: %{}

      view =
        with {:error, error} <- Vexil.view(who, about),
             :ok <- Vexil.Client.warn(options[:client], error.message),
             {:error, _} <- Vexil.view(%{}, Keyword.put(about, :keys, [])) do
          nil
        else
          {:ok, view} -> view
        end

      Plug.Conn.assign(conn, options[:assign], view)
    end
  end
end
