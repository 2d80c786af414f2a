package dev.vexil

import com.google.gson.JsonParser
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.api.Assumptions.assumeTrue
import java.io.Closeable
import java.io.File
import java.net.HttpURLConnection
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.util.concurrent.TimeUnit

/** A bound for anything, and not a measure. */
internal const val SOON_NANOS: Long = 60_000_000_000

/** Waits for something that comes about elsewhere. */
internal fun eventually(what: String, check: () -> Boolean) {
    val until = System.nanoTime() + SOON_NANOS
    while (!check()) {
        if (System.nanoTime() > until) fail<Unit>("not in time: $what")
        Thread.sleep(10)
    }
}

/** A real control plane: `vexil serve` as a process, with its data in a folder. */
internal class ControlPlane(private val folder: File) : Closeable {
    private val port: Int = ServerSocket(0).use { it.localPort }
    private lateinit var process: Process

    val url: String = "http://127.0.0.1:$port"

    fun start() {
        process = ProcessBuilder(
            binary(), "serve", "--listen", "127.0.0.1:$port", "--data", "$folder/data", "--drain", "1s",
        ).apply { environment()["VEXIL_ADMIN_TOKEN"] = ADMIN }
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(File(folder, "serve.log")))
            .start()
        eventually("the control plane answers") {
            if (!process.isAlive) fail<Unit>(File(folder, "serve.log").readText())
            runCatching { Socket("127.0.0.1", port).close() }.isSuccess
        }
    }

    /** As `kill -9` does. */
    fun kill() {
        process.destroyForcibly().waitFor()
    }

    override fun close() {
        process.destroy()
        if (!process.waitFor(60, TimeUnit.SECONDS)) kill()
    }

    /** A new entry, in all environments. */
    fun create(definition: String) {
        ask("/api/v1/projects/default/entries", """{"definition": $definition, "reason": "test"}""")
    }

    /** Turns a flag on or off in production; the version that this makes. */
    fun toggle(key: String, enabled: Boolean): Long {
        val body = """{"enabled": $enabled, "environment": "production", "reason": "test"}"""
        val answer = ask("/api/v1/admin/featureflags/$key/toggle", body)
        return JsonParser.parseString(answer).asJsonObject["version"].asLong
    }

    /** A new key of a service, for production. */
    fun key(): String {
        val command = ProcessBuilder(
            binary(), "keys", "create", "--environment", "production", "--kind", "server", "--name", "test",
        ).redirectErrorStream(true)
        command.environment().putAll(mapOf("VEXIL_SERVER" to url, "VEXIL_TOKEN" to ADMIN))
        val said = command.start().inputStream.bufferedReader().readText()
        return Regex("""vx_srv_\w+""").find(said)?.value ?: fail(said)
    }

    /** How often a key was evaluated in production, by the reason. */
    fun evaluations(key: String): Map<String, Long> {
        val answer = ask("/api/v1/projects/default/environments/production/entries/$key/evaluations")
        return JsonParser.parseString(answer).asJsonObject["totals"].asJsonArray.map { it.asJsonObject }
            .associate { it["reason"].asString to it["count"].asLong }
    }

    private fun ask(path: String, body: String? = null): String {
        val connection = URI(url + path).toURL().openConnection() as HttpURLConnection
        connection.setRequestProperty("Authorization", "Bearer $ADMIN")
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json")
            connection.doOutput = true
            connection.outputStream.use { it.write(body.toByteArray()) }
        }
        val answer = (connection.errorStream ?: connection.inputStream).bufferedReader().readText()
        if (connection.responseCode !in 200..299) fail<Unit>(answer)
        return answer
    }

    companion object {
        private const val ADMIN = "administrator-of-a-test-0123456789abcdef"

        /** The `vexil` that is to be tested with. Without one there is nothing to test, which CI does not put up with. */
        fun binary(): String {
            val named = System.getenv("VEXIL_TEST_BINARY").orEmpty()
            if (System.getenv("CI").isNullOrEmpty()) assumeTrue(File(named).isFile, "VEXIL_TEST_BINARY names no `vexil`")
            return named
        }
    }
}
