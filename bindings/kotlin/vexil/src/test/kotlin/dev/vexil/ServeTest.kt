package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File

/** With a real control plane: what it changes is seen, and what it said last is served while it is away. */
class ServeTest {
    @Test
    fun `a toggle is seen, and the last known good is served from disk`(@TempDir folder: File) {
        val cache = folder.resolve("cache").path
        ControlPlane(folder).apply { start() }.use { plane ->
            plane.create("""{"key": "on", "type": "feature_flag", "default": true, "owner": "test", "description": "a flag"}""")
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
}
