defmodule Vexil.ContextsTest do
  # Contexts as Elixir has them, read in place and prepared.
  use ExUnit.Case, async: true
  @moduletag :capture_log
  alias Vexil.{Context, Native, Shop}

  defmodule User do
    defstruct [:id]
  end

  setup_all do
    name = __MODULE__.Client
    start_supervised!({Vexil, name: name, source: {:memory, Shop.definitions()}})
    :ok
  end

  defp plan(context), do: Vexil.string("plan", context, "none", client: __MODULE__.Client)
  defp why(context), do: Vexil.details("plan", context, "none", client: __MODULE__.Client)

  for {name, context, plan} <- [
        {"names are atoms", quote(do: %{tenant: %{tier: "pro"}}), "pro"},
        {"names are text", quote(do: %{"tenant" => %{"tier" => "pro"}}), "pro"},
        {"names are both", quote(do: %{"tenant" => %{tier: "pro"}}), "pro"},
        {"names are dotted", quote(do: %{"tenant.tier" => "pro"}), "pro"},
        {"names are dotted atoms", quote(do: %{"tenant.tier": "pro"}), "pro"},
        {"the atom counts where both are there",
         quote(do: %{"tenant" => %{"tier" => "free"}, tenant: %{tier: "pro"}}), "pro"},
        {"an atom that says nothing does not count",
         quote(do: %{"tenant" => %{"tier" => "pro"}, tenant: nil}), "pro"},
        {"atoms are text", quote(do: %{tenant: %{tier: :pro}}), "pro"},
        {"lists", quote(do: %{groups: ["sales", "staff"]}), "staff"},
        {"lists of atoms", quote(do: %{groups: [:sales, :staff]}), "staff"},
        {"an empty list", quote(do: %{groups: []}), "free"},
        {"a DateTime", quote(do: %{joined: ~U[2026-06-01 10:00:00.123Z]}), "late"},
        {"a DateTime before", quote(do: %{joined: ~U[2025-06-01 10:00:00Z]}), "free"},
        {"a DateTime with an offset",
         quote(do: %{joined: %{~U[2026-01-01 00:30:00Z] | utc_offset: 3600, std_offset: 0}}),
         "free"},
        {"integers", quote(do: %{user: %{age: 18}}), "adult"},
        {"floats", quote(do: %{user: %{age: 17.9}}), "free"},
        {"nothing", quote(do: %{}), "free"},
        {"nil", quote(do: %{user: nil, tenant: %{tier: nil}}), "free"}
      ] do
    test name do
      assert plan(unquote(context)) == unquote(plan)
      assert plan(Context.new!(unquote(context))) == unquote(plan)
    end
  end

  test "a moment whose offset is none is refused" do
    far = %{~U[2026-01-01 00:30:00Z] | utc_offset: 0x7FFFFFFFFFFFFFFF, std_offset: 1}
    assert plan(%{joined: far}) == "none"
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(%{joined: far})
  end

  test "what no context holds is refused for whoever asks for it, and at once when it is prepared" do
    for {member, told} <- [
          {self(), "a process"},
          {{:ok, 1}, "a tuple"},
          {make_ref(), "a reference"},
          {fn -> 1 end, "a function"},
          {1.0e3 |> trunc() |> Integer.pow(9), "an integer beyond 64 bits"},
          {<<0xC3, 0x28>>, "a binary that is no text in UTF-8"},
          {<<1::3>>, "bits that are no whole bytes"},
          {[1 | 2], "a list without an end"},
          {%User{id: 1}, "a struct of Vexil.ContextsTest.User"}
        ] do
      context = %{tenant: %{tier: member}}
      details = why(context)
      assert %{value: "none", reason: "ERROR", error_code: "INVALID_CONTEXT"} = details
      assert details.error_message =~ told
      assert details.error_message =~ "`tenant.tier`"
      assert plan(context) == "none"
      assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(context)
    end
  end

  test "what nobody asks for is not looked at, but where it is prepared" do
    context = %{note: self(), user: %{age: 20}}
    assert plan(context) == "adult"
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(context)
  end

  test "what is refused is logged, once, and nothing of what it says" do
    context = %{logged: %{once: %User{id: "secret"}}}

    definitions = ~S"""
    [{"key": "k", "type": "config", "value_type": "string", "default": "no",
      "rules": [{"condition": {"logged.once": {"eq": "x"}}, "action": {"value": "yes"}}]}]
    """

    log =
      ExUnit.CaptureLog.capture_log(fn ->
        client = Shop.start(source: {:memory, definitions})
        for _ <- 1..3, do: assert(Vexil.string("k", context, "none", client: client) == "none")
        # Messages are sent in order: with this one here, the client has its own.
        {:ok, _} = Vexil.subscribe(:generation, client: client)
        :ok = Vexil.set_override("k", "yes", client: client)
        assert_receive {:vexil, :generation, ^client, _}, 30_000
        :sys.get_state(client)
      end)

    told = "vexil: `logged.once` in the context is a struct of Vexil.ContextsTest.User"
    assert length(String.split(log, told)) == 2
    refute log =~ "secret"
  end

  test "each client tells what is refused once, and a hundred of it at most, whoever else reads" do
    definitions =
      for number <- 1..120 do
        rule = %{condition: %{"refused.a#{number}" => %{eq: "x"}}, action: %{value: true}}
        %{key: "k#{number}", default: false, rules: [rule]}
      end

    context = %{refused: Map.new(1..120, &{:"a#{&1}", self()})}
    read = fn client -> for number <- 1..120, do: Vexil.value("k#{number}", context, 5, client) end

    # One that is started later tells it again.
    for name <- [:first, :second] do
      {:ok, native} = Vexil.Options.start(source: {:memory, definitions})
      readers = for _ <- 1..8, do: Task.async(fn -> read.(client: native) end)
      for values <- Task.await_many(readers, 60_000), do: assert(Enum.uniq(values) == [5])

      # Messages are sent in order: before this one comes what was told by then.
      {:ok, listening} = Native.on_generation(native, self(), name)
      :ok = Vexil.put(%{entries: []}, client: native)
      assert_receive {:vexil, :generation, ^name, _}, 30_000
      Native.cancel(listening)
      warnings = warnings()
      assert length(warnings) in 1..100
      assert Enum.uniq(warnings) == warnings
    end
  end

  defp warnings do
    receive do
      {:vexil, :warning, _, warning} -> [warning | warnings()]
    after
      0 -> []
    end
  end

  test "a struct has no members" do
    assert why(%{tenant: %User{id: 1}}).error_message =~ "inside a struct of"
    assert why(%User{id: 1}).error_code == "INVALID_CONTEXT"
  end

  test "an item that no context holds is refused" do
    assert why(%{groups: ["sales", self()]}).error_code == "INVALID_CONTEXT"
    assert plan(%{groups: ["staff", self()]}) == "staff"
  end

  test "what is no map is refused whole" do
    for context <- [nil, 5, "ada", [user: "ada"], :ada, make_ref(), {:user, "ada"}] do
      assert %{value: "none", error_code: "INVALID_CONTEXT"} = why(context)
      assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(context)
    end

    assert_raise Vexil.Error, fn -> Context.new!(5) end
  end

  test "names that are neither atoms nor text are refused when it is prepared" do
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(%{1 => 2})
    assert plan(%{1 => 2}) == "free"
  end

  test "what is nested too deep, or too large, is refused when it is prepared" do
    deep = Enum.reduce(1..100, 1, fn _, inner -> %{a: inner} end)
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(deep)
    assert {:error, %{name: "INVALID_CONTEXT"}} = Context.new(%{a: Enum.to_list(1..20_000)})
    assert plan(deep) == "free"
  end

  test "large maps are read as small ones are" do
    others = Map.new(1..1_000, &{:"other#{&1}", &1})
    assert plan(Map.put(others, :tenant, %{tier: "pro"})) == "pro"
    assert plan(Map.put(others, "tenant", %{"tier" => "pro"})) == "pro"
  end

  test "atoms beyond Latin-1 are text" do
    definitions = ~S"""
    [{"key": "k", "type": "config", "value_type": "string", "default": "no",
      "rules": [{"condition": {"ŝtato": {"eq": "ĉefa"}}, "action": {"value": "yes"}}]}]
    """

    client = Shop.start(source: {:memory, definitions})
    assert Vexil.string("k", %{ŝtato: :ĉefa}, "none", client: client) == "yes"
    assert Vexil.string("k", Context.new!(%{ŝtato: :ĉefa}), "none", client: client) == "yes"
  end
end
