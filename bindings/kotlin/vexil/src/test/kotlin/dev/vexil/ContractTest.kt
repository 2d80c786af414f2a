package dev.vexil

import com.google.gson.Gson
import com.google.gson.GsonBuilder
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.ToNumberPolicy
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit

/**
 * The contract with a control plane (`tests/contract`): it does what it is told by the client's own calls, and decides
 * nothing.
 */
class ContractTest {
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    fun `the contract is kept`(@TempDir folder: File) {
        val errors = folder.resolve("errors")
        val contract = ProcessBuilder(program(), "kotlin").redirectError(errors).start()
        try {
            Driver().use { driver ->
                val answers = contract.outputStream.bufferedWriter()
                contract.inputStream.bufferedReader().forEachLine { request ->
                    answers.write(driver.answer(request))
                    answers.newLine()
                    answers.flush()
                }
            }
            assertEquals(0, contract.waitFor(), errors::readText)
        } finally {
            contract.destroy()
        }
    }

    /** The program that asks. Without one there is nothing to keep, which CI does not put up with. */
    private fun program(): String {
        val named = System.getenv("VEXIL_TEST_CONTRACT").orEmpty()
        if (System.getenv("CI").isNullOrEmpty()) assumeTrue(File(named).isFile, "VEXIL_TEST_CONTRACT names no program")
        return named
    }

    private class Driver : AutoCloseable {
        private val gson: Gson = GsonBuilder().serializeNulls()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create()
        private val heard = ConcurrentLinkedQueue<Change>()
        private var opened: VexilClient? = null
        private val client: VexilClient get() = checkNotNull(opened) { "no client is open" }

        fun answer(request: String): String {
            val answer = try {
                done(JsonParser.parseString(request).asJsonObject)
            } catch (error: Exception) {
                mapOf("failed" to "$error")
            }
            return gson.toJson(answer)
        }

        override fun close() {
            opened?.close()
        }

        private fun done(request: JsonObject): Map<String, Any?> = when (val what = request["do"].asString) {
            "open" -> coded { opened = VexilClient(options(request["options"].asJsonObject)) }
            "read" -> read(request)
            "variant" -> variant(request["experiment"].asString, context(request))
            "state" -> state(client.state)
            "watch" -> coded { client.addChangeListener("features", request["key"].asString) { heard.add(it) } }
            "heard" -> mapOf("changes" to changes())
            "refresh" -> coded { client.refresh() }
            "close" -> coded { client.close() }
            else -> throw IllegalArgumentException("what is `$what`?")
        }

        /** The code of what went wrong, if something did. */
        private fun coded(call: () -> Unit): Map<String, Any?> = try {
            call()
            mapOf("code" to null)
        } catch (error: VexilException) {
            mapOf("code" to error.code.name)
        }

        private fun read(request: JsonObject): Map<String, Any?> {
            val key = request["key"].asString
            val context = context(request)
            val default = request["default"]
            val details = when (val type = request["type"].asString) {
                "boolean" -> client.getBooleanDetails(key, context, default.asBoolean)
                "integer" -> client.getLongDetails(key, context, default.asLong)
                "float" -> client.getDoubleDetails(key, context, default.asDouble)
                "string" -> client.getStringDetails(key, context, default.asString)
                "json" -> client.getJsonDetails(key, context, plain(default))
                else -> throw IllegalArgumentException("what is of type `$type`?")
            }
            return mapOf(
                "value" to details.value,
                "variation" to details.variation,
                "reason" to details.reason.name,
                "code" to details.errorCode?.name,
                "origin" to details.origin,
                "stale" to (details.staleMillis != null),
            )
        }

        private fun variant(experiment: String, context: Context): Map<String, Any?> = mapOf(
            "variant" to client.variant(experiment, context),
            "config" to client.variantConfig(experiment, context),
        )

        private fun state(state: State): Map<String, Any?> = mapOf(
            "initialized" to state.isInitialized,
            "connection" to state.connection.name.lowercase(),
            "version" to state.version,
            "origin" to state.origin,
            "stale" to (state.staleSinceMillis != null),
            "last_error" to state.lastError?.code?.name,
        )

        private fun changes(): List<Map<String, Any?>> = generateSequence { heard.poll() }
            .map { mapOf("key" to it.key, "old" to it.old, "new" to it.new) }.toList()

        private fun options(options: JsonObject): VexilOptions {
            val unknown = options.keySet() - OPTIONS
            require(unknown.isEmpty()) { "what are the options $unknown?" }
            fun text(name: String): String? = options[name]?.asString
            fun number(name: String): Long? = options[name]?.asLong
            val http = options["source"].asJsonObject["http"].asJsonObject
            return VexilOptions(
                Source.Http(http["url"].asString, http["key"].asString),
                cacheFolder = text("cache_folder"),
                trustedKeys = options["trusted_keys"]?.asJsonArray.orEmpty()
                    .map { it.asJsonObject }.associate { it["id"].asString to it["public"].asString },
                startTimeoutMillis = number("start_timeout_ms"),
                retryBaseMillis = number("retry_base_ms"),
                retryMaxMillis = number("retry_max_ms"),
                pollingIntervalMillis = number("polling_interval_ms"),
                streaming = when (val streaming = text("streaming")) {
                    null -> null
                    "websocket" -> Streaming.WEB_SOCKET
                    else -> Streaming.valueOf(streaming.uppercase())
                },
                fallback = text("fallback")?.let { Fallback.valueOf(it.uppercase()) },
            )
        }

        @Suppress("UNCHECKED_CAST")
        private fun context(request: JsonObject): Context =
            Context.of(request["context"]?.let(::plain) as Map<String, Any?>? ?: emptyMap())

        private fun plain(json: JsonElement): Any? = gson.fromJson(json, Any::class.java)
    }

    private companion object {
        val OPTIONS: Set<String> = setOf(
            "source", "cache_folder", "trusted_keys", "start_timeout_ms", "retry_base_ms", "retry_max_ms",
            "polling_interval_ms", "streaming", "fallback",
        )
    }
}

private fun <T> Iterable<T>?.orEmpty(): Iterable<T> = this ?: emptyList()
