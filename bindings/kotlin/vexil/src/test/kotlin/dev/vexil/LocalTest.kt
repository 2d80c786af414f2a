package dev.vexil

import dev.vexil.testing.TestClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What a program says itself: overrides, runtime values, registrations; and the client for tests. */
class LocalTest {
    @Test
    fun `overrides stand above what is in force`() {
        Shop.client().use { client ->
            client.setOverride("limit", 5)
            client.setOverride("layout", mapOf("a" to listOf(1)))
            assertEquals(5, client.getLong("limit"))
            assertEquals(5L, client.getOverride("limit"))
            assertEquals(mapOf("limit" to 5L, "layout" to mapOf("a" to listOf(1L))), client.overrides())
            assertEquals(2, client.state.overrides)
            assertEquals(Reason.OVERRIDE, client.getLongDetails("limit").reason)
            client.removeOverride("limit")
            assertNull(client.getOverride("limit"))
            client.clearOverrides()
            assertEquals(600, client.getLong("limit"))
        }
    }

    @Test
    fun `overrides may be forbidden`() {
        VexilClient(VexilOptions(Source.Memory(Shop.DEFINITIONS), allowOverrides = false)).use { client ->
            val error = assertThrows(ArgumentException::class.java) { client.setOverride("on", false) }
            assertEquals(ErrorCode.OVERRIDES_NOT_ALLOWED, error.code)
        }
    }

    @Test
    fun `runtime values are kept by namespace`() {
        Shop.client().use { client ->
            client.setRuntime("workers", "size", 3)
            assertEquals(3L, client.getRuntime("workers", "size"))
            assertEquals(mapOf("size" to 3L), client.runtimeValues("workers"))
            client.removeRuntime("workers", "size")
            assertNull(client.getRuntime("workers", "size"))
        }
    }

    @Test
    fun `what is registered stands where nothing else is`() {
        Shop.client().use { client ->
            client.register("""[{"key": "late", "default": true}, {"key": "on", "default": false}]""")
            assertEquals(listOf("late", "on"), client.registered())
            assertTrue(client.isEnabled("late"))
            assertTrue(client.isEnabled("on"))
            assertEquals("registered", client.getBooleanDetails("late").origin)
            client.unregister("late")
            assertFalse(client.isEnabled("late"))
            assertThrows(ArgumentException::class.java) { client.register("[]]") }
        }
    }

    @Test
    fun `a view that is closed keeps its values, and can do nothing else`() {
        Shop.client().use { client ->
            val view = client.view()
            view.use { assertTrue(it.isCurrent) }
            view.close()
            repeat(300) { assertTrue(view.isEnabled("on")) }
            assertEquals("x", view.getString("on", "x"))
            assertFalse(view.isCurrent)
            val details = view.getBooleanDetails("on", false)
            assertEquals(listOf(false, ErrorCode.CLOSED), listOf(details.value, details.errorCode))
            assertThrows(ClosedException::class.java) { view.renewed() }
            assertTrue(client.view().isCurrent)
        }
    }

    @Test
    fun `a view is read like a client`() {
        Shop.client().use { client ->
            val ada = Context.of("user.id" to "ada", "user.email" to "ada@example.com")
            val view = client.view(ada)
            assertTrue(view.isEnabled("checkout.v2"))
            assertEquals(600, view.getLong("limit"))
            assertEquals(0.25, view.getDouble("ratio"))
            assertEquals(3.0, view.getDouble("whole"))
            assertEquals(client.getString("colour"), view.getString("colour"))
            assertEquals(client.getJson("layout"), view.getJson("layout"))
            assertNull(view.getJson("empty", "a default"))
            assertEquals(client.variant("trial", ada), view.variant("trial"))
            assertEquals(client.variantConfig("trial", ada), view.variantConfig("trial"))
            assertNull(view.variant("on"))
            assertEquals(7, view.getLong("nothing", 7))
            assertEquals("x", view.getString("limit", "x"))
            assertEquals(ErrorCode.TYPE_MISMATCH, view.getStringDetails("limit").errorCode)
            assertEquals(ErrorCode.FLAG_NOT_FOUND, view.getLongDetails("nothing", 7).errorCode)
            assertEquals("staff", view.getBooleanDetails("checkout.v2").rule)
            assertEquals(3.0, view.getDoubleDetails("whole").value)
            assertEquals(11, view.keys.size)
            assertEquals(7, view.version)
            assertEquals("memory", view.origin)
            assertTrue(view.isCurrent)
            assertEquals(setOf("on"), client.view(ada, listOf("on", "nothing")).keys)

            client.put("""{"version": 8, "entries": [{"key": "on", "default": false}]}""")
            assertFalse(view.isCurrent)
            assertTrue(view.isEnabled("on"))
            val renewed = view.renewed()
            assertFalse(renewed.isEnabled("on"))
            assertEquals(8, renewed.version)
            assertTrue(renewed.renewed(Context.of("user.id" to "bob")).isCurrent)
        }
    }

    @Test
    fun `a test sets what flags are`() {
        TestClient("checkout.v2" to true, "limit" to 5, "colour" to "red", "layout" to listOf(1)).use { flags ->
            assertTrue(flags.isEnabled("checkout.v2", mapOf("user.id" to "ada")))
            assertEquals(5, flags.getLong("limit"))
            assertEquals("red", flags.getString("colour"))
            assertEquals(listOf(1L), flags.getJson("layout"))
            flags["checkout.v2"] = false
            flags["ratio"] = 0.5
            flags["limit"] = "now it is text"
            assertFalse(flags.isEnabled("checkout.v2"))
            assertEquals(0.5, flags.getDouble("ratio"))
            assertEquals("now it is text", flags.getString("limit"))
            flags.setVariant("trial", "large", mapOf("size" to 2))
            assertEquals("large", flags.variant("trial"))
            assertEquals(mapOf("size" to 2L), flags.variantConfig("trial"))
            flags.clear()
            assertFalse(flags.isEnabled("checkout.v2"))
            assertNull(flags.variant("trial"))
        }
    }

    @Test
    fun `a test has real definitions, which are not what they cannot be`() {
        TestClient(definitions = Shop.DEFINITIONS).use { flags ->
            assertTrue(flags.isEnabled("checkout.v2", mapOf("tenant.id" to "acme")))
            flags["limit"] = 5
            assertEquals(5, flags.getLong("limit"))
            assertThrows(ArgumentException::class.java) { flags["limit"] = "text" }
            assertEquals(600, flags.getLong("limit"))
            flags.setVariant("trial", "large")
            assertEquals("large", flags.variant("trial"))
            assertThrows(ArgumentException::class.java) { flags.setVariant("trial", "no such") }
        }
    }
}
