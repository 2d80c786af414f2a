package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CopyOnWriteArrayList

/** Who listens hears, and does no harm. Where the program puts definitions itself, it hears before that returns. */
class ListenersTest {
    private fun flag(value: Any, version: Int = 1): String =
        """{"schema": 1, "version": $version, "entries": [{"key": "on", "default": $value}]}"""

    @Test
    fun `a change is told with what it was`() {
        val heard = CopyOnWriteArrayList<Change>()
        VexilClient(Source.Memory(flag(true))).use { client ->
            client.addChangeListener("features", "on") { heard.add(it) }
            client.put(flag(false))
            client.put(flag(false))
            val change = heard.single()
            assertEquals(listOf("features", "on", true, false, "memory"),
                listOf(change.namespace, change.key, change.old, change.new, change.origin))
            client.setRuntime("workers", "size", 3)
            client.addChangeListener("workers", "size") { heard.add(it) }
            client.setRuntime("workers", "size", mapOf("max" to 4))
            assertEquals(listOf(3L, mapOf("max" to 4L)), heard.last().let { listOf(it.old, it.new) })
        }
    }

    @Test
    fun `a change is told for a context`() {
        val heard = CopyOnWriteArrayList<Change>()
        Shop.client().use { client ->
            client.addChangeListener("features", "checkout.v2", Context.of("tenant.id" to "acme")) { heard.add(it) }
            client.put("""{"entries": [{"key": "checkout.v2", "default": false}]}""")
            assertEquals(listOf(true, false), heard.single().let { listOf(it.old, it.new) })
        }
    }

    @Test
    fun `a state is told`() {
        val heard = CopyOnWriteArrayList<State>()
        VexilClient(Source.Memory(flag(true, 1))).use { client ->
            val subscription = client.addStateListener { heard.add(it) }
            client.put(flag(true, 2))
            assertEquals(2, heard.last().version)
            assertEquals("memory", heard.last().origin)
            assertTrue(heard.last().isInitialized)
            subscription.close()
            subscription.close()
            client.put(flag(true, 3))
            assertEquals(2, heard.last().version)
            assertEquals(3, client.state.version)
        }
    }

    @Test
    fun `one that throws harms neither the client nor the others`() {
        val heard = CopyOnWriteArrayList<Any>()
        VexilClient(Source.Memory(flag(true, 1))).use { client ->
            client.addStateListener { throw IllegalStateException("a listener that throws") }
            client.addStateListener { throw StackOverflowError("an error that is thrown") }
            client.addStateListener { heard.add(it) }
            client.addChangeListener("features", "on") { throw IllegalStateException("a listener that throws") }
            client.addChangeListener("features", "on") { heard.add(it) }
            client.put(flag(false, 2))
            assertTrue(heard.any { it is Change })
            assertTrue(heard.any { it is State })
            assertEquals(false, client.isEnabled("on"))
        }
    }

    @Test
    fun `one may call the client, and close it`() {
        val heard = CopyOnWriteArrayList<Boolean>()
        val client = VexilClient(Source.Memory(flag(true, 1)))
        client.addStateListener {
            heard.add(client.isEnabled("on"))
            client.close()
        }
        client.put(flag(false, 2))
        assertTrue(heard.isNotEmpty())
        assertThrows(ClosedException::class.java) { client.put(flag(true, 3)) }
    }

    @Test
    fun `nobody is told by a client that is closed`() {
        val heard = CopyOnWriteArrayList<State>()
        val client = VexilClient(Source.Memory(flag(true, 1)))
        client.addStateListener { heard.add(it) }
        client.close()
        val before = heard.size
        assertThrows(ClosedException::class.java) { client.put(flag(true, 2)) }
        assertThrows(ClosedException::class.java) { client.addStateListener { heard.add(it) } }
        assertEquals(before, heard.size)
    }

    @Test
    fun `who waits for the end hears of it, once`() {
        val heard = CopyOnWriteArrayList<String>()
        val client = VexilClient(Source.Memory(flag(true)))
        client.addCloseListener { throw IllegalStateException("a listener that throws") }
        client.addCloseListener {
            // It is closed already.
            assertEquals(ErrorCode.CLOSED, client.getBooleanDetails("on").errorCode)
            heard.add("first")
        }
        client.addCloseListener { heard.add("never") }.close()
        client.close()
        client.close()
        assertEquals(listOf("first"), heard)
        client.addCloseListener { heard.add("too late") }
        assertEquals(listOf("first", "too late"), heard)
    }

    @Test
    fun `a store that throws is one that knows nothing`() {
        val sticky = """{"schema": 1, "entries": [{"key": "trial", "type": "experiment", "status": "running", "sticky": true,
            "variants": [{"id": "a"}, {"id": "b"}], "allocation": {"a": 50, "b": 50}}]}"""
        val ada = Context.of("user.id" to "ada")
        val kept = HashMap<String, String>()
        val store = object : StickyStore {
            override fun get(experiment: String, unit: String): String? = kept["$experiment/$unit"]
            override fun put(experiment: String, unit: String, variant: String) {
                kept["$experiment/$unit"] = variant
            }
        }
        val drawn = VexilClient(VexilOptions(Source.Memory(sticky), stickyStore = store)).use { it.variant("trial", ada) }
        assertEquals(mapOf("trial/ada" to drawn), kept)
        kept["trial/ada"] = if (drawn == "a") "b" else "a"
        VexilClient(VexilOptions(Source.Memory(sticky), stickyStore = store)).use {
            assertEquals(kept["trial/ada"], it.variant("trial", ada))
        }
        val broken = object : StickyStore {
            override fun get(experiment: String, unit: String): String? = throw IllegalStateException("no database")
            override fun put(experiment: String, unit: String, variant: String) = throw IllegalStateException("nor here")
        }
        VexilClient(VexilOptions(Source.Memory(sticky), stickyStore = broken)).use {
            assertEquals(drawn, it.variant("trial", ada))
        }
    }
}
