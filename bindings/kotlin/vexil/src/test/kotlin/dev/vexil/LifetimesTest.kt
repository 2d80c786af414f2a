package dev.vexil

import dev.vexil.internal.Freeing
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.lang.ref.WeakReference
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread

/** Who holds whom: what is read stays, and what nobody holds goes. */
class LifetimesTest {
    private val sticky = """{"schema": 1, "entries": [{"key": "trial", "type": "experiment", "status": "running",
        "sticky": true, "variants": [{"id": "a"}, {"id": "b"}], "allocation": {"a": 50, "b": 50}}]}"""
    private val ada: Context = Context.of("user.id" to "ada")

    /** What a store does when it is asked. */
    private class Store(private val asked: () -> Unit = {}) : StickyStore {
        @Volatile
        var client: VexilClient? = null

        override fun get(experiment: String, unit: String): String? {
            asked()
            return null
        }

        override fun put(experiment: String, unit: String, variant: String) = Unit
    }

    private fun client(store: StickyStore) = VexilClient(VexilOptions(Source.Memory(sticky), stickyStore = store))

    @Test
    fun `a client that nobody holds any more lives as long as it is read`() {
        // So that the read is compiled: then it holds on to nothing that it does not hand over.
        Shop.client().use { other -> repeat(100_000) { other.variant("on", ada) } }
        val held = AtomicReference<VexilClient?>()
        val isThere = AtomicReference<Boolean>()
        val store = Store {
            // The only one who might hold it is the read that asks just now.
            val client = WeakReference(held.getAndSet(null))
            repeat(10) {
                System.gc()
                Context.of("user.id" to "another")
            }
            isThere.set(client.get() != null)
        }
        held.set(client(store))
        val variant = AtomicReference<String?>()
        thread { variant.set(readOf(held)) }.join()
        assertEquals(true, isThere.get())
        assertNotNull(variant.get())
    }

    private fun readOf(held: AtomicReference<VexilClient?>): String? = held.get()!!.variant("trial", ada)

    @Test
    fun `what the native library has of a context lives as long as somebody reads by it`() {
        // So that the read is compiled, and the context lies flat.
        val held = AtomicReference<Context?>(Context.of("user.id" to "bob"))
        Shop.client().use { other -> repeat(100_000) { askedWith(held, other) } }
        assertTrue(held.get()!!.handle > 0)
        val isThere = AtomicReference<Boolean>()
        val client = client(
            Store {
                // The only one who might hold it is the read that asks just now.
                val owner = WeakReference(held.getAndSet(null)?.owner)
                repeat(10) {
                    System.gc()
                    Context.of("user.id" to "another")
                }
                isThere.compareAndSet(null, owner.get() != null)
            },
        )
        val variant = AtomicReference<String?>()
        thread { variant.set(askedWith(held, client)) }.join()
        assertEquals(true, isThere.get())
        assertNotNull(variant.get())
        client.close()
    }

    private fun askedWith(held: AtomicReference<Context?>, client: VexilClient): String? =
        client.variant("trial", held.get()!!)

    @Test
    fun `a store may refer to its client`() {
        gone("a client that was forgotten") { client ->
            client.variant("trial", ada)
        }
        gone("a client that was closed") { client ->
            client.variant("trial", ada)
            client.close()
        }
    }

    @Test
    fun `a moment and a view hold on to the store of their client`() {
        val asked = AtomicInteger()
        val pinned = client(Store { asked.incrementAndGet() }).pin()
        val view = client(Store { asked.incrementAndGet() }).view(ada)
        assertEquals(1, asked.get())
        repeat(10) { System.gc() }
        assertNotNull(pinned.variant("trial", ada))
        assertEquals(2, asked.get())
        assertNotNull(view.renewed().variant("trial"))
        assertEquals(3, asked.get())
        pinned.close()
    }

    private fun gone(what: String, use: (VexilClient) -> Unit) {
        val client = forgotten(use)
        eventually("$what is gone") {
            System.gc()
            Freeing.freeGone()
            client.get() == null
        }
    }

    private fun forgotten(use: (VexilClient) -> Unit): WeakReference<VexilClient> {
        val store = Store()
        val client = client(store)
        store.client = client
        use(client)
        return WeakReference(client)
    }
}
