package dev.vexil

import dev.vexil.internal.Flat
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

    /** Once, and again and again: it is read where it lies, and laid flat then. */
    private fun reads(context: Map<String, Any?>): Boolean {
        val once = client.getBoolean("checkout.v2", context)
        val made = Context.of(context)
        repeat(2 * READS_IN_PLACE) { assertEquals(once, client.getBoolean("checkout.v2", made)) }
        assertTrue(made.handle > 0)
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
    fun `what is found in place is what a flat context has`() {
        val trees = listOf(
            mapOf("user.email" to "bob@example.org", "user" to mapOf("email" to "ada@example.com")),
            mapOf("user.email" to "ada@example.com", "user" to mapOf("email" to null, "age" to 7)),
            mapOf("user" to mapOf("email" to listOf("ada@example.com"))),
            mapOf("user" to "ada", "customAttributes" to mapOf("user.email" to "ada@example.com")),
            mapOf("tags" to listOf(null, listOf("beta"), mapOf("beta" to 1))),
            mapOf("tags" to listOf(listOf("x"), "beta")),
            mapOf("other" to mapOf("list" to listOf(1, 2.5, mapOf("a" to null))), "" to "", "user.age" to 19),
            mapOf("user.age" to "19"),
            mapOf("user.staff" to true, "ü".repeat(300) to 1),
        )
        for (tree in trees) {
            val (inPlace, flat) = List(2) { Context.of(tree) }
            repeat(READS_IN_PLACE) { client.isEnabled("on", flat) }
            assertTrue(inPlace.handle < 0 && flat.handle > 0)
            assertEquals(client.explain("checkout.v2", flat).text, client.explain("checkout.v2", inPlace).text, "$tree")
        }
    }

    @Test
    fun `large contexts are judged where they are made`() {
        val long = mapOf("note" to "x".repeat(5_000), "user.email" to "ada@example.com")
        assertTrue(client.getBoolean("checkout.v2", long))
        assertTrue(Context.of(long).handle > 0)
        fun nested(depth: Int): Map<String, Any?> = if (depth == 0) emptyMap() else mapOf("a" to nested(depth - 1))
        for (depth in listOf(10, 20)) assertTrue(client.getBoolean("on", nested(depth)))
        assertThrows(ArgumentException::class.java) { Context.of(nested(40)) }
        assertEquals(ErrorCode.INVALID_CONTEXT, client.getBooleanDetails("on", nested(40)).errorCode)
    }

    @Test
    fun `a read frees nothing, for it waits for nobody`() {
        val kept = Context.of("user.id" to "kept")
        repeat(1_000) { user ->
            val context = Context.of("user.id" to "u-$user")
            repeat(READS_IN_PLACE + 1) { assertTrue(client.isEnabled("on", context)) }
        }
        System.gc()
        val before = freed()
        repeat(READS_IN_PLACE * 10) {
            assertTrue(client.isEnabled("on", kept))
            assertTrue(client.getBoolean("on", mapOf("user.id" to "a map")))
        }
        assertEquals(before, freed())
    }

    @Test
    fun `contexts that nobody holds are freed`() {
        val before = freed()
        repeat(20_000) { user ->
            val context = Context.of("user.id" to "u-$user")
            repeat(READS_IN_PLACE + 1) { assertTrue(client.isEnabled("on", context)) }
        }
        eventually { freed() >= before + 5_000 }
    }

    @Test
    fun `only so many contexts lie flat, and all others are read as well`() {
        val many = MutableList(Flat.MOST + 100) { Context.of("user.email" to if (it % 2 == 0) "ada@example.com" else "x") }
        for ((number, context) in many.withIndex()) {
            repeat(READS_IN_PLACE + 1) {
                assertEquals(number % 2 == 0, client.isEnabled("checkout.v2", context))
            }
        }
        val flat = many.count { it.handle > 0 }
        assertTrue(flat in 1..Flat.MOST, "$flat")
        many.clear()
        // Once those are gone, there is room.
        val another = Context.of("user.id" to "another")
        eventually {
            repeat(READS_IN_PLACE) { client.isEnabled("on", another) }
            another.handle > 0
        }
    }

    @Test
    fun `only so many large contexts lie flat, and all others are read and judged as well`() {
        val large = "x".repeat(5_000)
        val many = MutableList(Flat.MOST + 10) {
            Context.of("user.email" to if (it % 2 == 0) "ada@example.com" else "x", "large" to large)
        }
        val last = many.last()
        assertTrue(last.handle < 0)
        repeat(10) { assertFalse(client.isEnabled("checkout.v2", last)) }
        val tooLarge = assertThrows(ArgumentException::class.java) { Context.of("large" to "x".repeat(100_000)) }
        assertEquals(ErrorCode.INVALID_CONTEXT, tooLarge.code)
        assertTrue(many.count { it.handle > 0 } in 1..Flat.MOST)
        many.clear()
        // Once those are gone, there is room.
        eventually {
            repeat(2) { assertFalse(client.isEnabled("checkout.v2", last)) }
            last.handle > 0
        }
    }

    /** Tries until it is so, and has the collector run in between. */
    private fun eventually(isSo: () -> Boolean) {
        val until = System.nanoTime() + 60_000_000_000
        while (!isSo()) {
            assertTrue(System.nanoTime() < until)
            System.gc()
            Freeing.freeGone()
        }
    }

    private fun freed(): Long = Freeing.freed.get()

    private companion object {
        /** Of a small context, before it is laid flat. */
        val READS_IN_PLACE: Int = Flat.readsBefore(0)
    }
}
