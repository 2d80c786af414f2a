package dev.vexil.openfeature

import dev.openfeature.sdk.ErrorCode
import dev.openfeature.sdk.ImmutableContext
import dev.openfeature.sdk.OpenFeatureAPI
import dev.openfeature.sdk.ProviderEvent
import dev.openfeature.sdk.ProviderState
import dev.openfeature.sdk.Value
import dev.openfeature.sdk.exceptions.FatalError
import dev.openfeature.sdk.exceptions.ProviderNotReadyError
import dev.vexil.Source
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.ServerSocket
import java.time.Instant
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

class VexilProviderTest {
    private val api = OpenFeatureAPI.getInstance()

    private val definitions = """{"schema": 1, "version": 3, "entries": [
        {"key": "on", "default": false, "rules": [
            {"id": "ada", "condition": {"user.id": {"eq": "ada"}}, "action": {"serve": "on"}}]},
        {"key": "since", "default": false, "rules": [
            {"condition": {"joined": {"before": "2026-01-01T00:00:00Z"}}, "action": {"serve": "on"}}]},
        {"key": "limit", "type": "config", "value_type": "integer", "default": 600},
        {"key": "huge", "type": "config", "value_type": "integer", "default": 9000000000},
        {"key": "ratio", "type": "config", "value_type": "float", "default": 0.5},
        {"key": "colour", "type": "config", "value_type": "string", "default": "red"},
        {"key": "layout", "type": "config", "value_type": "json", "default": {"columns": [1, 2.5, "x", null]}}
    ]}"""

    @AfterEach
    fun shutdown() = api.shutdown()

    @Test
    fun `each type is evaluated, with why`() {
        api.setProviderAndWait(VexilProvider(VexilOptions(Source.Memory(definitions))))
        val client = api.client
        val ada = ImmutableContext("ada", mapOf("joined" to Value(Instant.parse("2025-06-01T00:00:00Z"))))
        val on = client.getBooleanDetails("on", false, ada)
        assertTrue(on.value)
        assertEquals(listOf("on", "TARGETING_MATCH"), listOf(on.variant, on.reason))
        assertEquals("ada", on.flagMetadata.getString("rule"))
        assertEquals(3L, on.flagMetadata.getLong("version"))
        assertFalse(client.getBooleanValue("on", true, ImmutableContext("bob")))
        assertTrue(client.getBooleanValue("since", false, ada))
        assertEquals(600, client.getIntegerValue("limit", 1))
        assertEquals(0.5, client.getDoubleValue("ratio", 1.0))
        assertEquals("red", client.getStringValue("colour", "x"))
        val columns = client.getObjectValue("layout", Value()).asStructure().getValue("columns").asList()
        assertEquals(1, columns[0].asInteger())
        assertEquals(2.5, columns[1].asDouble())
        assertEquals("x", columns[2].asString())
        assertTrue(columns[3].isNull)
    }

    @Test
    fun `errors have OpenFeature's codes, and give the default`() {
        api.setProviderAndWait(VexilProvider(VexilOptions(Source.Memory(definitions))))
        val client = api.client
        assertEquals(ErrorCode.FLAG_NOT_FOUND, client.getBooleanDetails("nothing", true).errorCode)
        assertTrue(client.getBooleanValue("nothing", true))
        assertEquals(ErrorCode.TYPE_MISMATCH, client.getStringDetails("limit", "x").errorCode)
        val huge = client.getIntegerDetails("huge", 5)
        assertEquals(5, huge.value)
        assertEquals(ErrorCode.TYPE_MISMATCH, huge.errorCode)
        assertNull(huge.variant)
    }

    @Test
    fun `changes are told, and a client of the program stays open`() {
        VexilClient(Source.Memory(definitions)).use { vexil ->
            api.setProviderAndWait(VexilProvider(vexil))
            val changed = CountDownLatch(1)
            api.on(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED) { changed.countDown() }
            vexil.put("""{"entries": []}""")
            assertTrue(changed.await(60, TimeUnit.SECONDS))
            api.shutdown()
            assertTrue(vexil.isReady)
        }
    }

    @Test
    fun `without definitions it is in error, and with those of a bootstrap stale`() {
        val nobody = ServerSocket(0).use { "http://127.0.0.1:${it.localPort}" }
        val source = Source.Http(nobody, "key")
        val provider = VexilProvider(VexilOptions(source, startTimeoutMillis = 50))
        assertThrows(ProviderNotReadyError::class.java) { provider.getBooleanEvaluation("on", true, null) }
        assertThrows(ProviderNotReadyError::class.java) { provider.initialize(null) }
        assertEquals(ErrorCode.PROVIDER_NOT_READY, provider.getBooleanEvaluation("on", true, null).errorCode)
        provider.shutdown()
        assertThrows(FatalError::class.java) { VexilProvider(VexilOptions(Source.Memory("{"))).initialize(null) }

        val stale = CountDownLatch(1)
        api.on(ProviderEvent.PROVIDER_STALE) { stale.countDown() }
        api.setProviderAndWait(VexilProvider(VexilOptions(source, bootstrap = definitions, startTimeoutMillis = 50)))
        assertTrue(stale.await(60, TimeUnit.SECONDS))
        assertEquals(ProviderState.STALE, api.client.providerState)
        assertEquals(600, api.client.getIntegerValue("limit", 1))
    }
}
