package dev.vexil

import dev.vexil.internal.Freeing
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.UUID

class ContextsTest {
    private val client = Shop.client()

    @AfterEach
    fun close() = client.close()

    private fun reads(context: Map<String, Any?>): Boolean {
        val once = client.getBoolean("checkout.v2", context)
        assertEquals(once, client.getBoolean("checkout.v2", Context.of(context)))
        return once
    }

    @Test
    fun `nested and dotted are the same`() {
        assertTrue(reads(mapOf("user" to mapOf("email" to "ada@example.com"))))
        assertTrue(reads(mapOf("user.email" to "ada@example.com")))
        assertFalse(reads(mapOf("user" to mapOf("email" to null))))
        assertFalse(reads(emptyMap()))
    }

    @Test
    fun `each kind of value is read`() {
        assertTrue(reads(mapOf("tags" to listOf("alpha", "beta"))))
        assertTrue(reads(mapOf("tags" to arrayOf("beta"))))
        assertTrue(reads(mapOf("tags" to setOf("beta"))))
        for (age in listOf<Number>(19, 19L, 18.5, 18.5f, 19.toShort(), 19.toByte())) {
            assertTrue(reads(mapOf("user.age" to age)), "$age")
        }
        assertFalse(reads(mapOf("user.age" to 18)))
        assertTrue(reads(mapOf("user" to mapOf("staff" to true))))
        assertTrue(reads(mapOf("user.email" to StringBuilder("ada@example.com"))))
        val id = UUID.randomUUID()
        assertEquals(client.variant("trial", mapOf("user.id" to "$id")), client.variant("trial", mapOf("user.id" to id)))
    }

    @Test
    fun `a builder makes the same`() {
        val built = Context.build {
            user("ada")
            tenant("acme")
            session("s-1")
            set("device", mapOf("os" to "android"))
        }
        val given = Context.of(
            "user.id" to "ada", "tenant.id" to "acme", "session.id" to "s-1", "device" to mapOf("os" to "android"),
        )
        assertEquals(given, built)
        assertEquals(given.hashCode(), built.hashCode())
        assertNotEquals(given, Context.EMPTY)
        assertTrue(client.isEnabled("checkout.v2", built))
        assertEquals("Context(user.id, tenant.id, session.id, device)", built.toString())
        assertEquals(given, Context.builder().setAll(mapOf("user.id" to "x")).user("ada").tenant("acme").session("s-1")
            .set("device", mapOf("os" to "android")).build())
    }

    @Test
    fun `what no context holds is refused where it is made, and told where it is asked with`() {
        val endless = ArrayList<Any?>().apply { add(this) }
        val wrong = listOf(
            mapOf("a" to Any()),
            mapOf("a" to mapOf("b" to Double.NaN)),
            mapOf("a" to Float.POSITIVE_INFINITY),
            mapOf("a" to "\uD800"),
            mapOf("a" to "\uDC00x"),
            mapOf("a" to endless),
            mapOf("a" to mapOf(1 to 2)),
            mapOf("a" to "x".repeat(1 shl 20)),
            (0..2_000).associate { "a$it" to it },
        )
        for (context in wrong) {
            val error = assertThrows(ArgumentException::class.java) { Context.of(context) }
            assertEquals(ErrorCode.INVALID_CONTEXT, error.code)
            assertTrue(client.getBoolean("on", context, true))
            val details = client.getLongDetails("limit", context, 5)
            assertEquals(5, details.value)
            assertEquals(ErrorCode.INVALID_CONTEXT, details.errorCode)
        }
        val error = assertThrows(ArgumentException::class.java) { Context.of("a" to mapOf("b" to Any())) }
        assertTrue("`a.b`" in error.message!!)
    }

    @Test
    fun `contexts that nobody holds are freed`() {
        val before = freed()
        repeat(20_000) { assertTrue(client.isEnabled("on", Context.of("user.id" to "u-$it"))) }
        val until = System.nanoTime() + 60_000_000_000
        while (freed() < before + 10_000) {
            assertTrue(System.nanoTime() < until)
            System.gc()
            Context.of("user.id" to "another")
        }
    }

    private fun freed(): Long = Freeing.freed.get()
}
