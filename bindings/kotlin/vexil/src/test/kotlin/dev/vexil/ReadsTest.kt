package dev.vexil

import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ReadsTest {
    private val client = Shop.client()
    private val ada = Context.of("user.id" to "ada", "user.email" to "ada@example.com")

    @AfterEach
    fun close() = client.close()

    @Test
    fun `each type is read`() {
        assertTrue(client.isEnabled("on"))
        assertTrue(client.getBoolean("checkout.v2", ada))
        assertFalse(client.getBoolean("checkout.v2", default = true))
        assertEquals(600, client.getLong("limit", ada, 1))
        assertEquals(0.25, client.getDouble("ratio", ada, 1.0))
        assertEquals(3.0, client.getDouble("whole", ada))
        assertEquals("grün 🎨", client.getString("colour", ada))
        assertEquals(Shop.LONG, client.getString("long", ada))
        val layout = mapOf("columns" to listOf(1L, 2.5, null, true, "x"), "nested" to mapOf("deep" to emptyList<Any>()))
        assertEquals(layout, client.getJson("layout", ada))
        assertNull(client.getJson("empty", ada, "a default"))
    }

    @Test
    fun `what is not there is the default`() {
        assertFalse(client.isEnabled("nothing"))
        assertTrue(client.getBoolean("nothing", ada, true))
        assertEquals(7, client.getLong("nothing", ada, 7))
        assertEquals(0.5, client.getDouble("nothing", ada, 0.5))
        assertEquals("x", client.getString("nothing", ada, "x"))
        assertEquals(listOf(1), client.getJson("nothing", ada, listOf(1)))
        val details = client.getLongDetails("nothing", ada, 7)
        assertEquals(7, details.value)
        assertEquals(ErrorCode.FLAG_NOT_FOUND, details.errorCode)
        assertEquals(Reason.ERROR, details.reason)
        assertTrue(details.errorMessage!!.isNotEmpty())
    }

    @Test
    fun `another type is the default`() {
        assertEquals(5, client.getLong("ratio", ada, 5))
        assertEquals("x", client.getString("limit", ada, "x"))
        assertEquals(ErrorCode.TYPE_MISMATCH, client.getStringDetails("limit", ada, "x").errorCode)
        assertEquals(3.0, client.getDoubleDetails("whole", ada).value)
    }

    @Test
    fun `a key that is none is not found`() {
        for (key in listOf("", "ä", "a\u0000b", "\uD800", "k".repeat(5_000), "no spaces")) {
            assertTrue(client.getBoolean(key, ada, true))
            assertEquals(ErrorCode.FLAG_NOT_FOUND, client.getBooleanDetails(key, ada).errorCode, key)
        }
    }

    @Test
    fun `details say all there is to say`() {
        val details = client.getBooleanDetails("checkout.v2", ada)
        assertTrue(details.value)
        assertEquals("on", details.variation)
        assertEquals(Reason.TARGETING, details.reason)
        assertEquals("TARGETING_MATCH", details.openFeatureReason)
        assertEquals("staff", details.rule)
        assertEquals(7, details.version)
        assertEquals("memory", details.origin)
        assertNull(details.errorCode)
        assertNull(details.scope)
        assertNull(details.bucket)
        assertNull(details.staleMillis)
        assertTrue("rule=staff" in details.toString())
        val split = client.getStringDetails("split", ada)
        assertEquals(split.value, split.variation)
        assertTrue(split.bucket in 0..99_999)
    }

    @Test
    fun `experiments give variants`() {
        val variant = client.variant("trial", ada)
        assertTrue(variant == "control" || variant == "large")
        assertEquals(mapOf("size" to if (variant == "control") 1L else 2L), client.variantConfig("trial", ada))
        val assignment = client.experiment("trial", ada)!!
        assertEquals(variant, assignment.variant)
        assertEquals("ada", assignment.unit)
        assertEquals("user.id", assignment.unitAttribute)
        assertEquals(variant == "control", assignment.isControl)
        assertEquals(client.variantConfig("trial", ada), assignment.config)
        assertNull(client.variant("trial"))
        assertNull(client.experiment("trial"))
        assertNull(client.variantConfig("on", ada))
    }

    @Test
    fun `all keys are evaluated at once`() {
        val all = client.evaluateAll(ada)
        assertEquals(11, all.size)
        assertEquals(true, all.getValue("checkout.v2").value)
        assertEquals(600L, all.getValue("limit").value)
    }

    @Test
    fun `an evaluation is explained`() {
        val explanation = client.explain("checkout.v2", ada)
        assertTrue("staff" in explanation.toString())
        assertTrue((explanation.steps as Map<*, *>).isNotEmpty())
    }

    @Test
    fun `what JSON comes as cannot be changed`() {
        val layout = client.getJson("layout") as Map<*, *>
        assertThrows(UnsupportedOperationException::class.java) { (layout as MutableMap<*, *>).clear() }
    }

    @Test
    fun `more keys than have numbers are read all the same`() {
        // Those that are no keys of anything take numbers too, until there are none left.
        repeat(70_000) { assertFalse(client.isEnabled("key-$it")) }
        assertTrue(client.isEnabled("on"))
        client.put("""{"entries": [{"key": "key-of-a-late-comer", "default": true}]}""")
        assertTrue(client.isEnabled("key-of-a-late-comer"))
        assertTrue(client.getBooleanDetails("key-of-a-late-comer").value)
    }

    @Test
    fun `a moment stays as it was`() {
        client.pin(mapOf("limit" to 5)).use { pinned ->
            client.put("""{"entries": []}""")
            assertEquals(0, client.getLong("limit"))
            assertEquals(5, pinned.getLong("limit"))
            assertTrue(pinned.getBoolean("on"))
            assertEquals(Reason.OVERRIDE, pinned.details("limit").reason)
        }
        assertFalse(client.isEnabled("on"))
    }
}
