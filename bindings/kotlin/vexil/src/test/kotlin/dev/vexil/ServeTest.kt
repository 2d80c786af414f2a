package dev.vexil

import dev.vexil.internal.Freeing
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.CopyOnWriteArrayList

/** With a real control plane: what it changes is seen, and what it said last is served while it is away. */
class ServeTest {
    @Test
    fun `a toggle is seen, and the last known good is served from disk`(@TempDir folder: File) {
        val cache = folder.resolve("cache").path
        ControlPlane(folder).apply { start() }.use { plane ->
            plane.create(FLAG)
            val source = Source.Http(plane.url, plane.key())
            VexilClient(VexilOptions(source, cacheFolder = cache, startTimeoutMillis = 60_000)).use { client ->
                assertTrue(client.isEnabled("on"))
                assertEquals("remote", client.state.origin)
                val version = plane.toggle("on", false)
                eventually("the toggle is seen") { client.state.version >= version }
                assertFalse(client.isEnabled("on"))
                plane.kill()
                eventually("it is stale") { client.state.staleSinceMillis != null }
                assertEquals(Reason.DISABLED, client.getBooleanDetails("on").reason)
                assertNotNull(client.getBooleanDetails("on").staleMillis)
            }
            val offline = VexilOptions(source, cacheFolder = cache, startTimeoutMillis = 100, fallback = Fallback.THROW)
            VexilClient(offline).use { client ->
                assertEquals("cache", client.state.origin)
                assertEquals(Reason.DISABLED, client.getBooleanDetails("on").reason)
            }
            val elsewhere = folder.resolve("empty").path
            val nothing = VexilOptions(source, cacheFolder = elsewhere, startTimeoutMillis = 100, fallback = Fallback.THROW)
            assertThrows(NotReadyException::class.java) { VexilClient(nothing) }
        }
    }

    @Test
    fun `reads of a view are counted like those of its client`(@TempDir folder: File) {
        ControlPlane(folder).apply { start() }.use { plane ->
            plane.create(FLAG)
            val options = VexilOptions(
                Source.Http(plane.url, plane.key()), startTimeoutMillis = 60_000, telemetryIntervalMillis = 1_000,
            )
            VexilClient(options).use { client ->
                assertTrue(client.isEnabled("on"))
                readView(client, 1_000)
                eventually("what was read of a view that nobody holds is told") {
                    System.gc()
                    Freeing.freeGone()
                    plane.evaluations("on") == mapOf("DEFAULT" to 1_001L, "ERROR" to 2L)
                }
                val view = client.view()
                repeat(300) { assertTrue(view.isEnabled("on")) }
                view.renewed()
                eventually("what was read before a view is renewed is told") { plane.evaluations("on")["DEFAULT"] == 1_301L }
                client.view().use { closed -> repeat(5) { assertTrue(closed.isEnabled("on")) } }
                eventually("what was read before a view is closed is told") { plane.evaluations("on")["DEFAULT"] == 1_306L }
                repeat(7) { assertTrue(view.isEnabled("on")) }
                client.close()
                eventually("what was read is told at the end") { plane.evaluations("on")["DEFAULT"] == 1_313L }
                // They are in nobody's stead any more, and harm nobody.
                repeat(300) { assertTrue(view.isEnabled("on")) }
                assertThrows(ClosedException::class.java) { view.renewed() }
            }
        }
    }

    private fun readView(client: VexilClient, times: Int) {
        val view = client.view(keys = listOf("on"))
        repeat(times) { assertTrue(view.isEnabled("on")) }
        repeat(2) { assertEquals("x", view.getString("on", "x")) }
        // Of what nobody knows nothing is counted.
        assertEquals(5, view.getLong("nothing", 5))
    }

    @Test
    fun `who listens hears what a control plane changes, and harms nobody`(@TempDir folder: File) {
        ControlPlane(folder).apply { start() }.use { plane ->
            plane.create(FLAG)
            val options = VexilOptions(Source.Http(plane.url, plane.key()), startTimeoutMillis = 60_000)
            val changes = CopyOnWriteArrayList<Change>()
            val states = CopyOnWriteArrayList<State>()
            VexilClient(options).use { client ->
                client.addChangeListener("features", "on") { throw IllegalStateException("a listener that throws") }
                client.addStateListener { throw StackOverflowError("an error that is thrown") }
                client.addGenerationListener { throw IllegalStateException("a listener that throws") }
                client.addChangeListener("features", "on") { changes.add(it) }
                client.addStateListener { states.add(it) }
                val off = plane.toggle("on", false)
                eventually("the change is told") { changes.size == 1 }
                assertEquals(listOf(true, false, "remote"), changes[0].let { listOf(it.old, it.new, it.origin) })
                eventually("the state is told") { states.any { it.version >= off } }
                val on = plane.toggle("on", true)
                eventually("the next change is told") { changes.size == 2 }
                eventually("the next state is told") { states.any { it.version >= on } }
                assertEquals(listOf(false, true), changes[1].let { listOf(it.old, it.new) })
                assertTrue(client.isEnabled("on"))
            }
        }
    }

    @Test
    fun `a key that nobody knows is told`(@TempDir folder: File) {
        ControlPlane(folder).apply { start() }.use { plane ->
            VexilClient(VexilOptions(Source.Http(plane.url, "vx_srv_unknown"), startTimeoutMillis = 60_000)).use { client ->
                val error = assertThrows(SourceException::class.java) { client.refresh() }
                assertEquals(ErrorCode.UNAUTHENTICATED, error.code)
                assertEquals(ErrorCode.UNAUTHENTICATED, client.state.lastError!!.code)
                assertFalse(client.isReady)
            }
        }
    }

    private companion object {
        const val FLAG: String =
            """{"key": "on", "type": "feature_flag", "default": true, "owner": "test", "description": "a flag"}"""
    }
}
