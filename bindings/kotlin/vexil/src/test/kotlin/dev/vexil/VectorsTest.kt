package dev.vexil

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.JsonPrimitive
import dev.vexil.internal.Tree
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.io.File

/** The corpus of vectors, through the client. It compares, and decides nothing. */
class VectorsTest {
    @Test
    fun `every kind is run or is no matter of a client`() {
        assertEquals(OTHER_KINDS + "evaluation", index().map { it["kind"].asString }.toSet())
    }

    @TestFactory
    fun evaluations(): List<DynamicTest> = files().map { (path, content) ->
        dynamicTest(path) {
            val failures = File(path, content).run()
            assertTrue(failures.isEmpty()) { failures.joinToString("\n") }
        }
    }

    @Test
    fun `no more cases are passed over than are listed`() {
        val cases = files().flatMap { (_, content) -> content["cases"].asJsonArray.map { it.asJsonObject } }
        assertTrue(cases.size > 2_000)
        for (skip in SKIPS) assertEquals(skip["cases"].asInt, cases.count { it.has(skip["member"].asString) }, "$skip")
    }

    private class File(private val path: String, private val content: JsonObject) {
        private val clients = HashMap<String?, VexilClient>()
        private val store = Store()
        private var skipped = 0

        fun run(): List<String> {
            val failures = ArrayList<String>()
            try {
                for (case in content["cases"].asJsonArray.map { it.asJsonObject }) {
                    if (SKIPS.any { case.has(it["member"].asString) }) skipped++ else failures += failuresOf(case)
                }
            } finally {
                clients.values.forEach(VexilClient::close)
            }
            val cases = content["cases"].asJsonArray.size()
            done[path] = Pair(cases - skipped - failures.size, skipped)
            return failures
        }

        private fun failuresOf(case: JsonObject): List<String> {
            val client = client(case["environment"]?.asString)
            client.clearOverrides()
            case["overrides"]?.asJsonObject?.entrySet()?.forEach { (key, value) -> client.setOverride(key, plain(value)) }
            store.begin(case)
            val overrides = case["request_overrides"]?.let { plain(it) as Map<*, *> }
            val now = case["now"]?.asString ?: NOW
            @Suppress("UNCHECKED_CAST")
            val details = client.pin(overrides as Map<String, Any?>?, now).use { read(it, case) }
            return case["expect"].asJsonObject.entrySet().mapNotNull { (name, wanted) ->
                val got = got(name, details)
                if (same(got, plain(wanted))) null else "${case["name"].asString}: $name is $got, not $wanted"
            }
        }

        private fun client(environment: String?): VexilClient = clients.getOrPut(environment) {
            val definitions = content["definitions_text"]?.asString ?: content["definitions"].toString()
            VexilClient(VexilOptions(Source.Memory(definitions), environment, stickyStore = store))
        }

        private fun got(name: String, details: Details<Any?>): Any? = when (name) {
            "value" -> details.value
            "variation" -> details.variation
            "reason" -> details.reason.name
            "scope" -> details.scope
            "rule" -> details.rule
            "bucket" -> details.bucket?.toLong()
            "error" -> details.errorCode?.name
            "version" -> details.version
            "overdue" -> details.isOverdue
            "store" -> store.put
            else -> throw AssertionError("what is `$name`?")
        }
    }

    /** Knows what a case says, and keeps what is put. */
    private class Store : StickyStore {
        private var known: JsonObject? = null
        var put: Map<String, String>? = null
            private set

        fun begin(case: JsonObject) {
            known = case["sticky"]?.asJsonObject
            put = null
        }

        override fun get(experiment: String, unit: String): String? =
            known?.get(experiment)?.asJsonObject?.get(unit)?.asString

        override fun put(experiment: String, unit: String, variant: String) {
            put = mapOf("experiment" to experiment, "unit" to unit, "variant" to variant)
        }
    }

    companion object {
        private const val NOW = "2026-01-01T00:00:00Z"
        /** `cargo xtask test` names a corpus with new vectors among them. */
        private val root = System.getenv("VEXIL_TEST_VECTORS")?.let { java.io.File(it) }
            ?: generateSequence(java.io.File("").absoluteFile) { it.parentFile }
                .map { it.resolve("tests/vectors") }.first { it.isDirectory }

        /** What authors write, and what is hashed, is the core's matter and the control plane's. */
        private val OTHER_KINDS = setOf("bucketing", "siphash", "validation")

        /** What no host has a word for: a case that has such a member, how many there are, and why. */
        private val SKIPS: List<JsonObject> = corpus("skips")

        /** How many cases of each file passed, and how many were passed over. */
        private val done = LinkedHashMap<String, Pair<Int, Int>>()

        private fun index(): List<JsonObject> = corpus("files")

        private fun corpus(what: String): List<JsonObject> =
            JsonParser.parseString(root.resolve("index.json").readText()).asJsonObject[what].asJsonArray
                .map { it.asJsonObject }

        private fun files(): List<Pair<String, JsonObject>> =
            index().filter { it["kind"].asString == "evaluation" }.map { file ->
                val path = file["path"].asString
                val content = JsonParser.parseString(root.resolve(path).readText()).asJsonObject
                assertEquals(file["cases"].asInt, content["cases"].asJsonArray.size(), path)
                path to content
            }

        @JvmStatic
        @AfterAll
        fun report() {
            val folder = System.getenv("VEXIL_CONFORMANCE")?.takeIf { it.isNotEmpty() } ?: return
            val files = JsonObject()
            for ((path, counts) in done) {
                files.add(path, JsonObject().apply {
                    addProperty("passed", counts.first)
                    addProperty("skipped", counts.second)
                })
            }
            val report = JsonObject().apply {
                addProperty("host", "kotlin")
                add("files", files)
            }
            java.io.File(folder).resolve("kotlin.json").apply { parentFile.mkdirs() }.writeText("$report\n")
        }

        /** What a case asks, with the context as it says it; one that is no context is refused, and nobody is asked. */
        private fun read(flags: Flags, case: JsonObject): Details<Any?> {
            val key = case["key"].asString
            val context = try {
                Context.of(contextOf(case))
            } catch (error: VexilException) {
                return Details.failed(error, null)
            }
            return when (case["type"]?.asString) {
                null -> flags.details(key, context)
                "boolean" -> orNull(flags.getBooleanDetails(key, context))
                "integer" -> orNull(flags.getLongDetails(key, context))
                "float" -> orNull(flags.getDoubleDetails(key, context))
                "string" -> orNull(flags.getStringDetails(key, context))
                else -> flags.getJsonDetails(key, context)
            }
        }

        /** A typed read gives the caller's default where there is an error, and the corpus says null. */
        private fun orNull(details: Details<Any?>): Details<Any?> =
            if (details.errorCode == null) details else Details(
                null, details.variation, details.reason, details.openFeatureReason, details.errorCode,
                details.errorMessage, details.scope, details.rule, details.experiment, details.bucket,
                details.isOverdue, details.version, details.origin, details.staleMillis,
            )

        /** What is text in a case is what the core reads; it refuses a member that is there twice. */
        private fun contextOf(case: JsonObject): Map<String, Any?> {
            val text = case["context_text"]?.asString
            val tree = try {
                if (text == null) plain(case["context"] ?: JsonObject()) else Tree.ofJson(text)
            } catch (error: VexilException) {
                throw ArgumentException(error.message.orEmpty(), ErrorCode.INVALID_CONTEXT)
            }
            @Suppress("UNCHECKED_CAST")
            return tree as? Map<String, Any?>
                ?: throw ArgumentException("it is no object", ErrorCode.INVALID_CONTEXT)
        }

        private fun plain(json: JsonElement): Any? = when (json) {
            is JsonNull -> null
            is JsonArray -> json.map(::plain)
            is JsonObject -> json.entrySet().associate { it.key to plain(it.value) }
            is JsonPrimitive -> when {
                json.isBoolean -> json.asBoolean
                json.isString -> json.asString
                else -> json.asString.toLongOrNull() ?: json.asDouble
            }
            else -> throw AssertionError("what is $json?")
        }

        /** As JSON, with numbers by value. */
        private fun same(got: Any?, wanted: Any?): Boolean = when {
            got is Long && wanted is Long -> got == wanted
            got is Number && wanted is Number -> got.toDouble() == wanted.toDouble()
            got is Map<*, *> && wanted is Map<*, *> ->
                got.keys == wanted.keys && got.all { (key, value) -> same(value, wanted[key]) }
            got is List<*> && wanted is List<*> ->
                got.size == wanted.size && got.indices.all { same(got[it], wanted[it]) }
            else -> got == wanted
        }
    }
}
