package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

class ThreadsTest {
    @Test
    fun `a client is closed while eight threads evaluate`() {
        repeat(20) { closedWhileRead() }
    }

    /** Rounds of reads that one thread made, as they came out. */
    private class Rounds {
        @Volatile
        var open = 0

        @Volatile
        var closed = 0
    }

    private fun closedWhileRead() {
        val client = Shop.client()
        val ada = Context.of("user.email" to "ada@example.com")
        val isOver = AtomicBoolean()
        val threads = Executors.newFixedThreadPool(THREADS)
        val rounds = List(THREADS) { Rounds() }
        val readers = rounds.map { mine ->
            threads.submit { while (!isOver.get()) if (round(client, ada)) mine.open++ else mine.closed++ }
        }
        try {
            eventually("each thread reads") { rounds.all { it.open >= 3 } || readers.any { it.isDone } }
            client.close()
            eventually("each thread has seen the end") { rounds.all { it.closed >= 3 } || readers.any { it.isDone } }
        } finally {
            isOver.set(true)
            threads.shutdown()
        }
        for (reader in readers) reader.get(60, TimeUnit.SECONDS)
        assertTrue(rounds.all { it.open >= 3 && it.closed >= 3 })
    }

    /** Reads in every way; whether the client was open at the end. Once it is closed it stays so, and nothing is half. */
    private fun round(client: VexilClient, ada: Context): Boolean {
        val wasOpen = client.getBooleanDetails("checkout.v2", ada).isFrom(true)
        val isEnabled = client.isEnabled("on")
        val limit = client.getLong("limit", ada, 5)
        val colour = client.getString("colour", mapOf("user.id" to "ada"), "none")
        val view = try {
            client.view(ada).also { assertTrue(it.getBoolean("on")) }
        } catch (_: ClosedException) {
            null
        }
        val isOpen = client.getBooleanDetails("checkout.v2", ada).isFrom(true)
        assertTrue(limit == 600L || limit == 5L)
        assertTrue(colour == "grün 🎨" || colour == "none")
        if (!wasOpen) assertEquals(listOf(false, 5L, "none", null, false), listOf(isEnabled, limit, colour, view, isOpen))
        if (isOpen) {
            assertEquals(listOf(true, 600L, "grün 🎨"), listOf(isEnabled, limit, colour))
            assertNotNull(view)
        }
        return isOpen
    }

    /** Whether there was a value; else the client was closed, and nothing else was wrong. */
    private fun Details<Boolean>.isFrom(value: Boolean): Boolean {
        if (errorCode == null) assertEquals(value, this.value) else assertEquals(ErrorCode.CLOSED, errorCode)
        return errorCode == null
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
        assertThrows(ClosedException::class.java) { view.renewed() }
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

    private companion object {
        const val THREADS: Int = 8
    }
}
