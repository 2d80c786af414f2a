package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.Callable
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

class ThreadsTest {
    @Test
    fun `a client is closed while eight threads evaluate`() {
        repeat(20) { closedWhileRead() }
    }

    private fun closedWhileRead() {
        val client = Shop.client()
        val ada = Context.of("user.email" to "ada@example.com")
        val reading = CountDownLatch(8)
        val isOver = AtomicBoolean()
        val threads = Executors.newFixedThreadPool(8)
        val readers = (0 until 8).map { thread ->
            threads.submit(Callable {
                var rounds = 0
                while (!isOver.get()) {
                    client.isEnabled("on")
                    assertTrue(client.getLong("limit", ada, 600) == 600L)
                    val colour = client.getString("colour", mapOf("thread" to thread), "")
                    assertTrue(colour == "" || colour == "grün 🎨")
                    val details = client.getBooleanDetails("checkout.v2", ada)
                    assertTrue(details.value || details.errorCode == ErrorCode.CLOSED)
                    try {
                        client.view(ada).getBoolean("on")
                    } catch (_: ClosedException) {
                    }
                    if (++rounds == 3) reading.countDown()
                }
                rounds
            })
        }
        try {
            assertTrue(reading.await(60, TimeUnit.SECONDS))
            client.close()
        } finally {
            isOver.set(true)
            threads.shutdown()
        }
        for (reader in readers) assertTrue(reader.get(60, TimeUnit.SECONDS) >= 3)
    }

    @Test
    fun `what is closed gives defaults and says so`() {
        val client = Shop.client()
        val view = client.view()
        val pinned = client.pin()
        client.close()
        client.close()
        assertFalse(client.isEnabled("on"))
        assertEquals(5, client.getLong("limit", default = 5))
        assertEquals("x", client.getString("colour", default = "x"))
        assertEquals(null, client.variant("trial"))
        val details = client.getBooleanDetails("on", default = true)
        assertEquals(ErrorCode.CLOSED, details.errorCode)
        assertTrue(details.value)
        assertFalse(client.isReady)
        assertEquals(0, client.generation)
        assertThrows(ClosedException::class.java) { client.state }
        assertThrows(ClosedException::class.java) { client.refresh() }
        assertThrows(ClosedException::class.java) { client.evaluateAll() }
        assertThrows(ClosedException::class.java) { client.view() }
        assertThrows(ClosedException::class.java) { client.explain("on") }
        assertThrows(ClosedException::class.java) { client.setOverride("on", false) }
        // They have what they hold on to.
        assertTrue(view.isEnabled("on"))
        assertTrue(pinned.isEnabled("on"))
        pinned.close()
        pinned.close()
        assertFalse(pinned.isEnabled("on"))
    }

    @Test
    fun `threads see definitions whole`() {
        fun both(value: Int) = """{"entries": [
            {"key": "a", "type": "config", "value_type": "integer", "default": $value},
            {"key": "b", "type": "config", "value_type": "integer", "default": $value}]}"""
        VexilClient(Source.Memory(both(0))).use { client ->
            val isOver = AtomicBoolean()
            val threads = Executors.newFixedThreadPool(4)
            val readers = (0 until 4).map {
                threads.submit {
                    while (!isOver.get()) {
                        val all = client.evaluateAll()
                        assertEquals(all.getValue("a").value, all.getValue("b").value)
                        client.pin().use { assertEquals(it.getLong("a"), it.getLong("b")) }
                    }
                }
            }
            for (value in 1..200) client.put(both(value))
            isOver.set(true)
            threads.shutdown()
            for (reader in readers) reader.get(60, TimeUnit.SECONDS)
            assertEquals(200, client.getLong("b"))
        }
    }
}
