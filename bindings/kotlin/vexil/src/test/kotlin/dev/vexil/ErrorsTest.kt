package dev.vexil

import dev.vexil.internal.Native
import dev.vexil.internal.translated
import dev.vexil.internal.uniffi.codes
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import dev.vexil.internal.uniffi.VexilException as NativeException

class ErrorsTest {
    @Test
    fun `the codes are those of the native library`() {
        Native.ensureLoaded()
        val native = codes().filter { it.number != 0 }.map { it.number to it.name }
        assertEquals(native, ErrorCode.entries.map { it.number to it.name })
    }

    @Test
    fun `each kind of the native library has one here`() {
        val kinds = listOf(
            NativeException.Options(260, "so") to OptionsException::class,
            NativeException.NotReady(300, "so") to NotReadyException::class,
            NativeException.Source(320, "so") to SourceException::class,
            NativeException.Argument(270, "so") to ArgumentException::class,
            NativeException.Argument(240, "so") to ClosedException::class,
            NativeException.Internal(400, "so") to InternalException::class,
        )
        assertEquals(NativeException::class.sealedSubclasses().size, kinds.map { it.first.javaClass }.toSet().size)
        for ((native, kind) in kinds) {
            val error = assertThrows(VexilException::class.java) { translated { throw native } }
            assertEquals(kind.java, error.javaClass)
            assertTrue(error.message!!.endsWith("(${error.code})"))
        }
    }

    @Test
    fun `the code says what exactly`() {
        VexilClient(Source.Memory("""{"entries": []}""")).use { client ->
            val error = assertThrows(ArgumentException::class.java) { client.put("{") }
            assertEquals(ErrorCode.INVALID_DEFINITIONS, error.code)
            assertEquals(ErrorCode.INVALID_VALUE, assertThrows(ArgumentException::class.java) {
                client.setOverride("on", Double.NaN)
            }.code)
        }
    }

    /** Without reflection's own library: the nested classes that are of this one. */
    private fun kotlin.reflect.KClass<NativeException>.sealedSubclasses(): List<Class<*>> =
        java.declaredClasses.filter { java.isAssignableFrom(it) }
}
