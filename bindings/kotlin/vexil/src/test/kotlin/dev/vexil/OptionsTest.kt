package dev.vexil

import dev.vexil.internal.uniffi.ClientOptions
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.net.ServerSocket
import java.time.Duration

class OptionsTest {
    private val none = """{"entries": []}"""

    /** An address where nobody listens. */
    private val nobody: String = ServerSocket(0).use { "http://127.0.0.1:${it.localPort}" }

    @Test
    fun `a source that does not answer is no error, and told`() {
        val source = Source.Http(nobody, "vx_srv_secret")
        VexilClient(VexilOptions(source, startTimeoutMillis = 50, telemetry = false)).use { client ->
            assertFalse(client.isReady)
            assertEquals(ErrorCode.PROVIDER_NOT_READY, client.getBooleanDetails("on", default = true).errorCode)
            val error = assertThrows(SourceException::class.java) { client.refresh() }
            assertEquals(ErrorCode.UNREACHABLE, error.code)
            val state = client.state
            assertEquals(ErrorCode.UNREACHABLE, state.lastError!!.code)
            assertFalse("secret" in "$source $state $error ${state.lastError}")
        }
    }

    @Test
    fun `who wants none without definitions gets none`() {
        val options = VexilOptions(Source.Http(nobody, "key"), startTimeoutMillis = 50, fallback = Fallback.THROW)
        assertThrows(NotReadyException::class.java) { VexilClient(options) }
    }

    @Test
    fun `options that are none are refused`() {
        val memory = Source.Memory(none)
        val wrong = listOf(
            VexilOptions(memory, pollingIntervalMillis = -1),
            VexilOptions(memory, retryAttempts = -1),
            VexilOptions(memory, cacheMaxAgeMillis = 1),
            VexilOptions(memory, stickyCapacity = 1),
            VexilOptions(memory, trustedKeys = mapOf("a" to "b")),
            VexilOptions(memory, certificates = "no certificate"),
            VexilOptions(Source.Http("no address", "key")),
            VexilOptions(Source.Memory("{")),
        )
        for (options in wrong) assertThrows(OptionsException::class.java) { VexilClient(options) }
        assertThrows(OptionsException::class.java) { VexilClient.fromEnv() }
    }

    @Test
    fun `every option of the native library has one here`() {
        val native = ClientOptions::class.java.declaredFields.map { it.name }
            .filter { it != "Companion" && it != "sdk" }.map { it.replace(Regex("Ms$"), "Millis") }
        val here = VexilOptions::class.java.declaredFields.map { it.name }.filter { it != "Companion" }
        assertEquals(native.toSet() + "stickyStore", here.toSet())
    }

    @Test
    fun `a builder has all of them, and says the same`() {
        val source = Source.Memory(none)
        val samples = mapOf<Class<*>, Any>(
            String::class.java to "text",
            Int::class.java to 7,
            Boolean::class.java to true,
            Duration::class.java to Duration.ofSeconds(3),
            Map::class.java to mapOf("a" to "b"),
            Streaming::class.java to Streaming.OFF,
            Fallback::class.java to Fallback.THROW,
            StickyStore::class.java to object : StickyStore {
                override fun get(experiment: String, unit: String): String? = null
                override fun put(experiment: String, unit: String, variant: String) = Unit
            },
        )
        val builder = VexilOptions.builder(source)
        val setters = VexilOptions.Builder::class.java.declaredMethods.filter { it.name != "build" }
        for (setter in setters) setter.invoke(builder, samples.getValue(setter.parameterTypes.single()))
        val built = builder.build()
        for (field in VexilOptions::class.java.declaredFields.filter { it.name != "Companion" }) {
            field.isAccessible = true
            val name = field.name.removeSuffix("Millis")
            val setter = setters.singleOrNull { it.name == name }
            val sample = setter?.let { samples.getValue(it.parameterTypes.single()) } ?: source
            assertEquals(if (sample is Duration) sample.toMillis() else sample, field.get(built), field.name)
        }
        VexilClient(VexilOptions.builder(source).pollingInterval(Duration.ofMinutes(1)).build()).use { assertTrue(it.isReady) }
    }

    @Test
    fun `a client of a file reads it, offline and without threads too`(@TempDir folder: File) {
        val file = folder.resolve("flags.json").apply { writeText(Shop.DEFINITIONS) }
        VexilClient(Source.File(file.path)).use { client ->
            assertEquals("file", client.state.origin)
            assertTrue(client.isEnabled("on"))
            file.writeText(none)
            client.refresh()
            assertFalse(client.isEnabled("on"))
        }
        VexilClient(VexilOptions(Source.File(file.path), threadless = true)).use { assertTrue(it.isReady) }
        val options = VexilOptions(Source.Http(nobody, "key"), bootstrap = Shop.DEFINITIONS, offline = true)
        VexilClient(options).use { client ->
            assertTrue(client.isEnabled("on"))
            assertEquals("bootstrap", client.state.origin)
            assertEquals(Connection.DISCONNECTED, client.state.connection)
        }
    }

    @Test
    fun `what is supplied is in every context`() {
        val definitions = """{"entries": [{"key": "ours", "default": false, "rules": [
            {"condition": {"service.name": {"eq": "shop"}, "app.version": {"semverGte": "2.0.0"},
                "instance.id": {"eq": "i-1"}}, "action": {"serve": "on"}}]}]}"""
        val options = VexilOptions(
            Source.Memory(definitions), instanceId = "i-1", serviceName = "shop", appVersion = "2.1.0",
        )
        VexilClient(options).use { client ->
            assertTrue(client.isEnabled("ours"))
            assertEquals("i-1", client.instanceId)
        }
    }
}
