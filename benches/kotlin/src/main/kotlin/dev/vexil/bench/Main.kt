package dev.vexil.bench

import java.io.File
import kotlin.system.exitProcess

internal const val SIMPLE: String = "simple_501"
internal const val RULES: String = "rules_502"
internal const val ROLLOUT: String = "rollout_503"

internal val ATTRIBUTES: Map<String, Any> =
    mapOf("country" to "DE", "email" to "jane@example.org", "age" to 42, "version" to "2.3.1")
internal val USERS: List<String> = List(1_000) { "user-$it" }

/** One system in one process, as the arguments say: its name, and the file of its definitions. */
public fun main(arguments: Array<String>) {
    val failure = runCatching { measure(arguments) }.exceptionOrNull()
    failure?.printStackTrace()
    // Some leave threads behind.
    exitProcess(if (failure == null) 0 else 1)
}

private fun measure(arguments: Array<String>) {
    val (name, definitions) = arguments
    val rows = when (name) {
        "vexil" -> vexil(File(definitions).readText())
        "vexil-update" -> return update(File(definitions).readText())
        "vexil-memory" -> return memory(File(definitions).readText())
        "openfeature-vexil" -> openFeatureVexil(File(definitions).readText())
        "openfeature-in-memory" -> openFeatureInMemory()
        "launchdarkly" -> launchDarkly(definitions)
        "unleash" -> unleash(definitions)
        else -> throw IllegalArgumentException("there is no system `$name`")
    }
    for ((workload, min, median) in rows) println("| %s | %s | %.1f | %.1f |".format(name, workload, min, median))
}

/** Whatever is measured must answer rightly. */
internal fun <T> expect(wanted: T, got: T) = check(got == wanted) { "$got, and not $wanted" }
