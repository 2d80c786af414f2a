package dev.vexil.internal

import dev.vexil.ArgumentException
import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.ErrorCode
import dev.vexil.InternalException
import dev.vexil.Shop
import dev.vexil.VexilException
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What may go wrong where the native library begins: nothing of it harms the process. */
class BoundaryTest {
    @Test
    fun `an error has its code and says what it is`() {
        for (code in ErrorCode.entries) {
            val error = assertThrows(VexilException::class.java) { Tree.answer(Provoke.error(code.number)) }
            assertEquals(code, error.code)
            if (code != ErrorCode.CLOSED) assertEquals("it fails because it was asked to (${code.name})", error.message)
        }
        assertEquals(ErrorCode.INTERNAL, failure { Tree.answer(Provoke.error(7)) }.code)
    }

    @Test
    fun `a panic is an error, and the process goes on`() {
        val error = failure { Tree.answer(Provoke.panic()) }
        assertTrue(error is InternalException)
        Shop.client().use { assertTrue(it.isEnabled("on")) }
    }

    @Test
    fun `text that is no UTF-8 harms nobody`() {
        assertEquals("\uFFFD(", Tree.answer(Provoke.badText()).text())
        val notUnicode = byteArrayOf(0xC3.toByte(), 0x28)
        assertEquals(-1, Native.keyNumber(notUnicode))
        Shop.client().use { client ->
            assertTrue(client.native.getBoolean(client.native.handle, -1, notUnicode, 0, Context.EMPTY, true))
            val answer = client.native.evaluate(client.native.handle, -1, notUnicode, Asked.ANY, 0, Context.EMPTY)
            assertEquals(ErrorCode.INVALID_UTF8, failure { Tree.answer(answer) }.code)
        }
    }

    @Test
    fun `a handle that names nothing is an error`() {
        val on = Keys.of("on")
        for (handle in listOf(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE)) {
            val nobody = Native(handle, this)
            assertTrue(nobody.getBoolean(handle, on.number, on.text, 0, Context.EMPTY, true))
            assertNull(nobody.getString(handle, on.number, on.text, 0, Context.EMPTY))
            assertEquals(0, nobody.generation(handle))
            Native.contextFree(handle)
            Native.viewFree(handle)
            Native.viewCount(handle, this, on.number, on.text, Asked.ANY, 3)
            assertEquals(false, Native.viewIsCurrent(handle, this))
            assertThrows(VexilException::class.java) { Tree.answer(nobody.evaluateAll(handle, 0, this)) }
        }
        Shop.client().use { client ->
            for (context in listOf(1L, -1L, client.native.handle)) {
                assertTrue(client.native.getBoolean(client.native.handle, on.number, on.text, context, this, true))
            }
            for (number in listOf(-2, Int.MAX_VALUE, Int.MIN_VALUE)) {
                assertEquals(5, client.native.getLong(client.native.handle, number, null, 0, this, 5))
            }
            assertEquals(5, client.native.getLong(client.native.handle, -1, null, 0, this, 5))
        }
    }

    @Test
    fun `what was closed is told apart from what never was`() {
        val client = Shop.client()
        client.close()
        val error = failure { Tree.answer(client.native.evaluateAll(client.native.handle, 0, this)) }
        assertTrue(error is ClosedException)
    }

    @Test
    fun `bytes that are no tree are refused`() {
        val trees = listOf(
            byteArrayOf(),
            byteArrayOf(9),
            byteArrayOf(3, 0),
            byteArrayOf(5, 0, 0, 0, 9, 0),
            byteArrayOf(6, -1, -1, -1, -1),
            byteArrayOf(0, 0),
            byteArrayOf(4, 0x7f, 0xf0.toByte(), 0, 0, 0, 0, 0, 0),
            ByteArray(5_000) { if (it % 5 == 0) 6 else if (it % 5 == 4) 1 else 0 },
        )
        for (tree in trees) {
            assertThrows(ArgumentException::class.java) { Tree.jsonOf(tree) }
            assertEquals(ErrorCode.INVALID_CONTEXT, failure { Flat.judgeAndLay(tree) }.code)
        }
    }

    @Test
    fun `bytes that are no context are refused where they are read in place`() {
        val inPlace = Long.MIN_VALUE + (1L shl 32)
        val name = byteArrayOf(0, 0, 0, 10) + "user.email".toByteArray()
        val trees = listOf(
            byteArrayOf(7),
            byteArrayOf(7, 0, 0, 0, 1),
            byteArrayOf(7, 0, 0, 0, 1) + name,
            byteArrayOf(7, 0, 0, 0, 1) + name + byteArrayOf(9),
            byteArrayOf(7, 0, 0, 0, 1) + name + byteArrayOf(5, -1, -1, -1, -1, 0),
            byteArrayOf(7, 0, 0, 0, 1) + name + byteArrayOf(5, 0, 0, 0, 2, 0xC3.toByte(), 0x28),
            byteArrayOf(7, 0, 0, 0, 9, 0, 0, 0, 1, 'a'.code.toByte()) + ByteArray(600) { 6 },
        )
        val checkout = Keys.of("checkout.v2")
        Shop.client().use { client ->
            for (tree in trees) {
                val context = inPlace + tree.size
                val answer = client.native.evaluate(client.native.handle, checkout.number, checkout.text, Asked.ANY, context, tree)
                assertEquals(ErrorCode.INVALID_CONTEXT, failure { Tree.answer(answer) }.code)
                assertTrue(client.native.getBoolean(client.native.handle, checkout.number, checkout.text, context, tree, true))
            }
        }
    }

    @Test
    fun `a tree comes back as it was`() {
        val value = mapOf("a" to listOf(1L, -2.5, null, true, false, "ü\u0000🎨"), "b" to emptyMap<String, Any>())
        assertEquals(value, Tree.read(Tree.write(value)))
        assertEquals(value, Tree.ofJson(Tree.toJson(value)))
        assertArrayEquals(Tree.write(0.1), Tree.write(0.1f))
        assertEquals(ErrorCode.INVALID_VALUE, failure { Tree.ofJson("{") }.code)
    }

    private fun failure(call: () -> Unit): VexilException = assertThrows(VexilException::class.java, call)
}
