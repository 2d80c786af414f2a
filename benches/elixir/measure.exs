# Measures the package: `mix run measure.exs [MODE...]`. See README.md.

defmodule Bench.Definitions do
  # The flags of benches/peers/definitions.py, for Vexil.
  @count 1_000

  def json do
    entries = Enum.map_join(0..(@count - 1), ",\n", &entry/1)
    ~s({"schema": 1, "environment": "production", "version": 1, "entries": [#{entries}]})
  end

  defp entry(i) when rem(i, 3) == 0,
    do: ~s({"key": "simple_#{i}", "type": "feature_flag", "default": true})

  defp entry(i) when rem(i, 3) == 1 do
    emails = Enum.map_join(0..19, ", ", &~s("user#{&1}.#{i}@example.com"))

    """
    {"key": "rules_#{i}", "type": "feature_flag", "default": "off",
     "variations": [#{Enum.map_join(~w(off r1 r2 r3 r4 r5), ", ", &~s({"id": "#{&1}", "value": "#{&1}"}))}],
     "rules": [
       #{rule("r1", ~s({"country": {"eq": "US"}}))},
       #{rule("r2", ~s({"email": {"in": [#{emails}]}}))},
       #{rule("r3", ~s({"email": {"endsWith": "@corp.example"}}))},
       #{rule("r4", ~s({"age": {"gte": 65}}))},
       #{rule("r5", ~s({"version": {"semverGte": "2.0.0"}}))}
     ]}
    """
  end

  defp entry(i) do
    """
    {"key": "rollout_#{i}", "type": "feature_flag", "default": "B",
     "variations": [{"id": "A", "value": "A"}, {"id": "B", "value": "B"}],
     "rollout": {"A": 25, "B": 75}}
    """
  end

  defp rule(serve, condition),
    do: ~s({"id": "#{serve}", "condition": #{condition}, "action": {"serve": "#{serve}"}})
end

defmodule Bench.Gates do
  # One row of ETS a flag, and gates in the order that FunWithFlags documents: actors, boolean, percentage of actors.
  @table __MODULE__

  def start do
    :ets.new(@table, [:named_table, :public, read_concurrency: true])

    for i <- 0..999 do
      :ets.insert(@table, {"simple_#{i}", [boolean: true]})
      :ets.insert(@table, {"rollout_#{i}", [percentage: 0.25]})
    end
  end

  def lookup(key) do
    [{^key, [boolean: value]}] = :ets.lookup(@table, key)
    value
  end

  def enabled?(key, actor) do
    case :ets.lookup(@table, key) do
      [{_, gates}] -> actor_gate(gates, gates, key, actor)
      [] -> false
    end
  end

  defp actor_gate([{:actor, actor, value} | _], _, _, actor), do: value
  defp actor_gate([_ | gates], all, key, actor), do: actor_gate(gates, all, key, actor)
  defp actor_gate([], all, key, actor), do: other_gates(all, key, actor)

  defp other_gates([{:boolean, true} | _], _, _), do: true

  defp other_gates([{:percentage, ratio} | _], key, actor) do
    <<score::32, _::binary>> = :crypto.hash(:sha256, [key, actor])
    score / 4_294_967_296 < ratio
  end

  defp other_gates([_ | gates], key, actor), do: other_gates(gates, key, actor)
  defp other_gates([], _, _), do: false
end

defmodule Bench do
  @k1 "simple_501"
  @k2 "rules_502"
  @k3 "rollout_503"

  @repeats 151
  @rounds 5_000
  @flat_bytes 2_097_152

  # A row for each question: what is done once, and then again and again with the users in turn.
  def rows do
    ada = %{
      user: %{id: "user-7"},
      country: "DE",
      email: "jane@example.org",
      age: 42,
      version: "2.3.1"
    }

    text = %{
      "user" => %{"id" => "user-7"},
      "country" => "DE",
      "email" => "jane@example.org",
      "age" => 42,
      "version" => "2.3.1"
    }

    prepared = Vexil.Context.new!(ada)
    view = Vexil.view!(ada)
    users = for i <- 0..999, do: "user-#{i}"
    maps = for user <- users, do: %{user: %{id: user}}
    texts = for user <- users, do: %{"user" => %{"id" => user}}
    contexts = for map <- maps, do: Vexil.Context.new!(map)

    [
      {"loop", "-", users, fn _ -> true end},
      {"map", "W1", [ada], fn who -> Vexil.enabled?(@k1, who) end},
      {"map", "W2", [ada], fn who -> Vexil.string(@k2, who, "") end},
      {"map", "W3", maps, fn who -> Vexil.string(@k3, who, "") end},
      {"new map", "W1", users, fn id -> Vexil.enabled?(@k1, full(id)) end},
      {"new map", "W2", users, fn id -> Vexil.string(@k2, full(id), "") end},
      {"new map", "W3", users, fn id -> Vexil.string(@k3, %{user: %{id: id}}, "") end},
      {"text map", "W1", [text], fn who -> Vexil.enabled?(@k1, who) end},
      {"text map", "W2", [text], fn who -> Vexil.string(@k2, who, "") end},
      {"text map", "W3", texts, fn who -> Vexil.string(@k3, who, "") end},
      {"prepared", "W1", [prepared], fn who -> Vexil.enabled?(@k1, who) end},
      {"prepared", "W2", [prepared], fn who -> Vexil.string(@k2, who, "") end},
      {"prepared", "W3", contexts, fn who -> Vexil.string(@k3, who, "") end},
      {"details", "W1", [ada], fn who -> Vexil.details(@k1, who, false).value end},
      {"view", "W1", [view], fn view -> Vexil.View.enabled?(view, @k1) end},
      {"view", "W2", [view], fn view -> Vexil.View.string(view, @k2) end},
      {"ets lookup", "W1", users, fn _ -> Bench.Gates.lookup(@k1) end},
      {"ets gates", "W1", users, fn id -> Bench.Gates.enabled?(@k1, id) end},
      {"ets gates", "W3", users, fn id -> Bench.Gates.enabled?(@k3, id) end}
    ]
  end

  defp full(id),
    do: %{user: %{id: id}, country: "DE", email: "jane@example.org", age: 42, version: "2.3.1"}

  # A fast wrong answer is worth nothing.
  def check do
    for {name, what, things, ask} <- rows(), name != "loop" do
      answers = Enum.map(things, ask)

      right =
        case what do
          "W1" -> Enum.all?(answers)
          "W2" -> Enum.all?(answers, &(&1 == "r5"))
          "W3" -> Enum.count(answers, &(&1 in ["A", true])) in 200..300
        end

      unless right, do: raise("#{name}: #{what} is wrong")
    end

    old = %{country: "DE", email: "jane@example.org", age: 42, version: "1.0.0"}
    "off" = Vexil.string(@k2, old, "")
  end

  def evaluate do
    IO.puts("\n| row | what | ns, minimum | ns, median |\n|---|---|---|---|")

    for {name, what, things, ask} <- rows() do
      times = alone(fn -> for _ <- 0..@repeats, do: time(ask, things) end)
      # The first one warms up.
      times = times |> tl() |> Enum.sort() |> Enum.map(&(&1 / @rounds))

      IO.puts(
        "| #{name} | #{what} | #{round1(hd(times))} | #{round1(Enum.at(times, div(@repeats, 2)))} |"
      )
    end
  end

  # In a process of its own, so that nobody's garbage is another's.
  defp alone(work) do
    task = Task.async(work)
    Task.await(task, :infinity)
  end

  defp time(ask, things) do
    began = System.monotonic_time(:nanosecond)
    loop(ask, things, things, @rounds)
    System.monotonic_time(:nanosecond) - began
  end

  defp loop(_ask, _left, _all, 0), do: :ok
  defp loop(ask, [], all, rounds), do: loop(ask, all, all, rounds)

  defp loop(ask, [thing | left], all, rounds) do
    ask.(thing)
    loop(ask, left, all, rounds - 1)
  end

  def processes do
    IO.puts("\n| row | what | processes | million per second |\n|---|---|---|---|")

    for {name, what, things, ask} <- rows(),
        name in ["map", "prepared", "ets gates"],
        count <- [1, 2] do
      best = Enum.max(for _ <- 1..3, do: together(count, ask, things))
      IO.puts("| #{name} | #{what} | #{count} | #{Float.round(best, 2)} |")
    end
  end

  defp together(count, ask, things) do
    rounds = 1_000_000
    began = System.monotonic_time(:nanosecond)
    tasks = for _ <- 1..count, do: Task.async(fn -> loop(ask, things, things, rounds) end)
    Task.await_many(tasks, :infinity)
    count * rounds / (System.monotonic_time(:nanosecond) - began) * 1_000
  end

  def update do
    {:ok, _} = Vexil.Client.start_link(name: :update, source: {:memory, limit(0)})

    {:ok, _} = Vexil.subscribe({"configs", "limit"}, client: :update)

    {reads, messages} =
      Enum.unzip(
        for number <- 1..1_000 do
          json = limit(number)
          began = System.monotonic_time(:nanosecond)
          :ok = Vexil.put(json, client: :update)
          ^number = Vexil.int("limit", %{}, -1, client: :update)
          read = System.monotonic_time(:nanosecond) - began

          receive do
            {:vexil, :change, :update, %{new: ^number}} -> :ok
          end

          {read, System.monotonic_time(:nanosecond) - began}
        end
      )

    IO.puts("\n| from `put` to | us, median | us, worst |\n|---|---|---|")

    for {what, times} <- [{"a read", reads}, {"a subscriber's message", messages}] do
      times = Enum.sort(times)

      IO.puts(
        "| #{what} | #{round1(Enum.at(times, 500) / 1_000)} | #{round1(List.last(times) / 1_000)} |"
      )
    end
  end

  defp limit(number),
    do: ~s([{"key": "limit", "type": "config", "value_type": "integer", "default": #{number}}])

  def memory do
    IO.puts("\n| after evaluations | MB resident | MB of the machine |\n|---|---|---|")
    users = for i <- 0..999, do: "user-#{i}"
    ask = fn id -> Vexil.string(@k2, full(id), "") end
    loop(ask, users, users, 100_000)

    held =
      for half <- 0..2 do
        if half > 0, do: alone(fn -> loop(ask, users, users, 5_000_000) end)
        :erlang.garbage_collect()
        held = {resident(), :erlang.memory(:total)}
        {resident, total} = held
        IO.puts("| #{half * 5_000_000} | #{megabytes(resident)} | #{megabytes(total)} |")
        resident
      end

    if List.last(held) - hd(held) > @flat_bytes, do: raise("the memory grows")
  end

  defp resident do
    [_, kilobytes] = Regex.run(~r/VmRSS:\s+(\d+) kB/, File.read!("/proc/self/status"))
    String.to_integer(kilobytes) * 1_024
  end

  defp megabytes(bytes), do: round1(bytes / 1_048_576)
  defp round1(number), do: Float.round(number / 1, 1)
end

modes = [
  evaluate: &Bench.evaluate/0,
  processes: &Bench.processes/0,
  update: &Bench.update/0,
  memory: &Bench.memory/0
]

wanted = for name <- System.argv(), do: String.to_existing_atom(name)

{:ok, _} = Vexil.Client.start_link(source: {:memory, Bench.Definitions.json()})
Bench.Gates.start()
Bench.check()
for {mode, measure} <- modes, wanted == [] or mode in wanted, do: measure.()
