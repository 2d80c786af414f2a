package dev.vexil.internal

import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.Details
import dev.vexil.ErrorCode
import dev.vexil.InternalException
import dev.vexil.Shop
import dev.vexil.VexilClient
import dev.vexil.internal.uniffi.NoHandle
import dev.vexil.internal.uniffi.StateListener
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import java.util.concurrent.atomic.AtomicInteger
import dev.vexil.internal.uniffi.InternalException as NativePanic
import dev.vexil.internal.uniffi.Subscription as NativeSubscription
import dev.vexil.internal.uniffi.VexilClient as NativeClient

/** What uniffi makes of a panic is told as a fault of the library, whatever was called. */
class PanicsTest {
    /** Fails at every call as after a panic: it names nothing. */
    private class Panicking : NativeClient(NoHandle) {
        override fun handle(): ULong = 1uL

        override fun onState(listener: StateListener): NativeSubscription = NativeSubscription(NoHandle)
    }

    @Test
    fun `a panic in any call is an error of this package`() {
        val client = VexilClient(null) { Panicking() }
        val calls: List<Pair<String, () -> Any?>> = listOf(
            "state" to { client.state },
            "isReady" to { client.isReady },
            "instanceId" to { client.instanceId },
            "refresh" to { client.refresh() },
            "put" to { client.put("{}") },
            "addChangeListener" to { client.addChangeListener("features", "on") { } },
            "addGenerationListener" to { client.addGenerationListener { } },
            "experiment" to { client.experiment("trial") },
            "pin" to { client.pin() },
            "setOverride" to { client.setOverride("on", true) },
            "getOverride" to { client.getOverride("on") },
            "overrides" to { client.overrides() },
            "removeOverride" to { client.removeOverride("on") },
            "clearOverrides" to { client.clearOverrides() },
            "setRuntime" to { client.setRuntime("workers", "size", 1) },
            "getRuntime" to { client.getRuntime("workers", "size") },
            "runtimeValues" to { client.runtimeValues("workers") },
            "removeRuntime" to { client.removeRuntime("workers", "size") },
            "register" to { client.register("[]") },
            "unregister" to { client.unregister("on") },
            "registered" to { client.registered() },
            "close" to { client.close() },
        )
        for ((name, call) in calls) assertThrows(InternalException::class.java, { call() }, name)
    }

    @Test
    fun `a panic in a read gives the default, and says so where it is asked for more`() {
        Shop.client().use { client ->
            val view = client.view()
            // Whoever makes a context frees others, and that is a call, too.
            val ada = Context.of("user.id" to "ada")
            val defaults: List<Pair<Any?, () -> Any?>> = listOf(
                false to { client.isEnabled("on") },
                7L to { client.getLong("limit", default = 7) },
                7.5 to { client.getDouble("ratio", default = 7.5) },
                "none" to { client.getString("colour", default = "none") },
                "none" to { client.getString("colour", mapOf("user.id" to "ada"), "none") },
                "none" to { client.getJson("layout", default = "none") },
                null to { client.variant("trial", ada) },
                null to { client.variantConfig("trial", ada) },
                0L to { client.generation },
            )
            val others: List<() -> Any?> = listOf(
                { client.details("on") },
                { client.getBooleanDetails("on") },
                { client.evaluateAll() },
                { client.explain("on") },
                { client.view() },
                { view.renewed() },
                { view.details("on") },
            )
            for ((place, read) in defaults.withIndex()) {
                assertEquals(read.first, afterPanic(read.second), "$place")
                assertNotEquals(read.first, read.second(), "$place")
            }
            for ((place, read) in others.withIndex()) {
                val told = try {
                    (afterPanic(read) as Details<*>).errorCode
                } catch (error: InternalException) {
                    error.code
                }
                assertEquals(ErrorCode.INTERNAL, told, "$place")
                read()
            }
        }
    }

    private fun afterPanic(read: () -> Any?): Any? {
        // A key that is asked for the first time is given a number, by a call of its own.
        read()
        Provoke.panicInNext()
        return read()
    }

    @Test
    fun `so is one at the start, and where somebody stops listening`() {
        assertThrows(InternalException::class.java) { VexilClient(null) { throw NativePanic("a panic") } }
        assertThrows(InternalException::class.java) { VexilClient(null) { NativeClient(NoHandle) } }
        val client = VexilClient(null) { Panicking() }
        val ended = AtomicInteger()
        client.addCloseListener { ended.incrementAndGet() }
        assertThrows(InternalException::class.java) { client.addStateListener { }.close() }
        assertThrows(InternalException::class.java) { client.close() }
        assertEquals(1, ended.get())
        assertThrows(ClosedException::class.java) { client.state }
    }
}
