package dev.vexil.bench

import dev.vexil.Context
import dev.vexil.Source
import dev.vexil.VexilClient

internal fun vexil(definitions: String): List<Row> {
    val client = VexilClient(Source.Memory(definitions))
    val full = Context.of(ATTRIBUTES + ("user.id" to "user-7"))
    val users = USERS.map { Context.of("user.id" to it) }
    val maps = USERS.map { mapOf<String, Any?>("user.id" to it) }
    val map = ATTRIBUTES + ("user.id" to "user-7")
    val view = client.view(full)
    expect(true, client.isEnabled(SIMPLE, full))
    expect("r5", client.getString(RULES, full))
    expect("r5", client.getString(RULES, map))
    expect("r5", view.getString(RULES))
    expect(setOf("A", "B"), users.map { client.getString(ROLLOUT, it) }.toSet())
    return listOf(
        measure("W1, a `Context`") { times -> count(times) { client.isEnabled(SIMPLE, full) } },
        measure("W2, a `Context`") { times -> count(times) { client.getString(RULES, full) == "r5" } },
        measure("W3, a `Context`") { times -> rollout(times) { client.getString(ROLLOUT, users[it]) } },
        measure("W1, a map") { times -> count(times) { client.isEnabled(SIMPLE, map) } },
        measure("W2, a map") { times -> count(times) { client.getString(RULES, map) == "r5" } },
        measure("W3, a map") { times -> rollout(times) { client.getString(ROLLOUT, maps[it]) } },
        measure("W2, a new `Context`") { times ->
            count(times) { client.getString(RULES, Context.of(map)) == "r5" }
        },
        measure("W1, a view") { times -> count(times) { view.isEnabled(SIMPLE) } },
        measure("W2, a view") { times -> count(times) { view.getString(RULES) == "r5" } },
    )
}

/** Points at which memory is looked at, and evaluations before each. */
private const val POINTS = 10
private const val BETWEEN = 1_000_000

/** MB that it may be more in the end. */
private const val FLAT_MB = 4.0

/** Resident memory over ten million evaluations, after a million that fill what is filled once. */
internal fun memory(definitions: String) {
    val client = VexilClient(Source.Memory(definitions))
    val full = Context.of(ATTRIBUTES + ("user.id" to "user-7"))
    val points = List(1 + POINTS) {
        evaluateMuch(client, full)
        resident()
    }
    val later = points.drop(1).joinToString(" ") { "%.1f".format(it) }
    check(points.last() - points.first() <= FLAT_MB) { "memory grows: ${points.first()} MB, $later" }
    println("| vexil | resident memory, MB, at first and after each million | %.1f | %s |".format(points.first(), later))
}

private fun evaluateMuch(client: VexilClient, full: Context) {
    for (round in 0 until BETWEEN) {
        val user = USERS[round % USERS.size]
        // Some ask with a context of their own, so that those that nobody holds are freed; and some with a view.
        when (round % 20) {
            0 -> client.getString(ROLLOUT, mapOf("user.id" to user))
            5 -> client.getString(RULES, ATTRIBUTES + ("user.id" to user))
            10 -> client.getString(ROLLOUT, Context.of("user.id" to user))
            15 -> client.getString(RULES, Context.of(ATTRIBUTES + ("user.id" to user)))
            in 1..4 -> client.isEnabled(SIMPLE)
            in 6..9 -> client.isEnabled(SIMPLE, full)
            in 11..14 -> client.getString(RULES, full)
            else -> client.getString(ROLLOUT, full)
        }
        if (round % 10_000 == 0) client.view(Context.of("user.id" to user)).getString(ROLLOUT)
    }
}

/** How often it was so. */
internal inline fun count(times: Int, ask: () -> Boolean): Int {
    var found = 0
    repeat(times) { if (ask()) found++ }
    return found
}

/** How often it was `A`, of one user after another. */
internal inline fun rollout(times: Int, ask: (user: Int) -> String?): Int {
    var found = 0
    var user = 0
    repeat(times) {
        if (ask(user) == "A") found++
        if (++user == USERS.size) user = 0
    }
    return found
}
