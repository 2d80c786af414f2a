package dev.vexil.testing

import dev.vexil.ArgumentException
import dev.vexil.Reason
import dev.vexil.Source
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import dev.vexil.internal.Tree

/**
 * A client without a control plane, for unit tests.
 *
 * ```
 * val flags = TestClient("checkout.v2" to true)
 * assertEquals("one page", checkout(flags))
 * ```
 *
 * It is a client whose definitions are in memory: types, rules and buckets are the core's, and what a test sets is an
 * override.
 *
 * @param flags what is set from the beginning, as by [set]
 * @param definitions real ones, in JSON, for tests of rules and rollouts
 */
public class TestClient @JvmOverloads constructor(
    flags: Map<String, Any?> = emptyMap(),
    definitions: String = """{"schema": 1, "entries": []}""",
) : VexilClient(VexilOptions(Source.Memory(definitions), allowOverrides = true)) {
    private val made = HashSet<String>()

    init {
        for ((key, value) in flags) set(key, value)
    }

    /** A client with these flags set. */
    public constructor(vararg flags: Pair<String, Any?>) : this(mapOf(*flags))

    /**
     * Makes a flag or config what a test wants it to be, for everybody. One that is not defined is made.
     *
     * @throws ArgumentException where it is defined, and cannot be this value
     */
    public operator fun set(key: String, value: Any?) {
        if (!isDefined(key)) {
            val type = if (value is Boolean) "feature_flag" else "config"
            make(mapOf("key" to key, "type" to type, "value_type" to typeOf(value), "default" to value))
        }
        override(key, value, "`$key` is defined, and cannot be $value")
    }

    /**
     * Gives everybody this variant of an experiment. One that is not defined is made, with this variant alone.
     *
     * @throws ArgumentException where it is defined, and has no such variant
     */
    @JvmOverloads
    public fun setVariant(experiment: String, variant: String, config: Any? = null) {
        if (!isDefined(experiment)) {
            make(
                mapOf(
                    "key" to experiment,
                    "type" to "experiment",
                    "variants" to listOf(mapOf("id" to variant, "config" to config)),
                    "allocation" to mapOf(variant to 100),
                ),
            )
        }
        override(experiment, variant, "`$experiment` is defined, and has no variant `$variant`")
    }

    /** Takes back what was set, of all keys. What was made for it is gone as well. */
    public fun clear() {
        clearOverrides()
        synchronized(made) {
            made.forEach(::unregister)
            made.clear()
        }
    }

    private fun isDefined(key: String): Boolean =
        key in evaluateAll() && synchronized(made) { key !in made }

    private fun make(definition: Map<String, Any?>) {
        register(Tree.toJson(definition))
        synchronized(made) { made.add(definition["key"] as String) }
    }

    private fun override(key: String, value: Any?, refusal: String) {
        setOverride(key, value)
        // The core does not take one of another type, and a test must not go on with a value that is not there.
        if (details(key).reason != Reason.OVERRIDE) {
            removeOverride(key)
            throw ArgumentException(refusal)
        }
    }

    private fun typeOf(value: Any?): String = when (value) {
        is Boolean -> "boolean"
        is Byte, is Short, is Int, is Long -> "integer"
        is Float, is Double -> "float"
        is String -> "string"
        else -> "json"
    }
}
