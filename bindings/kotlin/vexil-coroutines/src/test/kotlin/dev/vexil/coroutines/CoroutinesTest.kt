package dev.vexil.coroutines

import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.ErrorCode
import dev.vexil.OptionsException
import dev.vexil.Source
import dev.vexil.SourceException
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import dev.vexil.coroutines.internal.made
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.ServerSocket
import java.util.concurrent.CountDownLatch

/** Each within a bound of a minute: a bound, not a measure. */
class CoroutinesTest {
    private fun flag(value: Any, version: Int = 1): String =
        """{"schema": 1, "version": $version, "entries": [{"key": "on", "default": $value}]}"""

    private fun <T> bounded(test: suspend CoroutineScope.() -> T): T =
        runBlocking { withTimeout(60_000, test) }

    @Test
    fun `a client is started, refreshed and closed`() = bounded {
        val client = VexilClient.start(VexilOptions(Source.Memory(flag(true))))
        assertTrue(client.awaitReady().isInitialized)
        assertTrue(client.isEnabled("on"))
        client.awaitClose()
        assertEquals(ErrorCode.CLOSED, client.getBooleanDetails("on").errorCode)
        val failure = runCatching { VexilClient.start(VexilOptions(Source.Memory("{"))) }.exceptionOrNull()
        assertTrue(failure is OptionsException)
        assertTrue(runCatching { VexilClient.startFromEnv() }.exceptionOrNull() is OptionsException)
        val nobody = ServerSocket(0).use { "http://127.0.0.1:${it.localPort}" }
        VexilClient.start(VexilOptions(Source.Http(nobody, "key"), startTimeoutMillis = 1)).use {
            assertTrue(runCatching { it.awaitRefresh() }.exceptionOrNull() is SourceException)
        }
    }

    @Test
    fun `who is cancelled while a client starts leaves none behind`() = bounded {
        val isBeingMade = CompletableDeferred<Unit>()
        val isCancelled = CountDownLatch(1)
        val started = CompletableDeferred<VexilClient>()
        val starting = launch(Dispatchers.Default) {
            made {
                isBeingMade.complete(Unit)
                isCancelled.await()
                VexilClient(Source.Memory(flag(true))).also(started::complete)
            }
        }
        isBeingMade.await()
        starting.cancelAndJoin()
        isCancelled.countDown()
        val client = started.await()
        while (client.getBooleanDetails("on").errorCode != ErrorCode.CLOSED) delay(10)
    }

    @Test
    fun `values flow, each once`() = bounded {
        VexilClient(Source.Memory(flag(true))).use { client ->
            val isCollecting = CompletableDeferred<Unit>()
            val values = async(Dispatchers.Default) {
                client.values { isEnabled("on") }.onEach { isCollecting.complete(Unit) }.take(2).toList()
            }
            isCollecting.await()
            client.put(flag(true, 2))
            client.put(flag(false, 3))
            assertEquals(listOf(true, false), values.await())
        }
    }

    @Test
    fun `changes and states flow`() = bounded {
        VexilClient(Source.Memory(flag(true))).use { client ->
            val changes = async(Dispatchers.Default) {
                client.changes("features", "on", Context.of("user.id" to "ada")).first()
            }
            val state = async(Dispatchers.Default) { client.states().first { it.version >= 3 } }
            var version = 2
            // Until the collectors are there: who comes later has missed what was told before.
            while (!changes.isCompleted) {
                client.put(flag(version % 2 == 1, version++))
                kotlinx.coroutines.yield()
            }
            client.put(flag(true, maxOf(version, 3)))
            assertEquals("on", changes.await().key)
            assertTrue(state.await().version >= 3)
        }
    }

    @Test
    fun `a state is at hand for as long as its scope lasts`() = bounded {
        VexilClient(Source.Memory(flag(true))).use { client ->
            val scope = CoroutineScope(Dispatchers.Default)
            val states = client.stateIn(scope)
            client.put(flag(false, 9))
            assertEquals(9, states.first { it.version == 9L }.version)
            scope.launch { }.join()
            scope.coroutineContext[Job]!!.cancelAndJoin()
        }
    }

    @Test
    fun `flows end when the client is closed`() = bounded {
        val client = VexilClient(Source.Memory(flag(true)))
        val seen = List(3) { CompletableDeferred<Unit>() }
        val states = async(Dispatchers.Default) { client.states().onEach { seen[0].complete(Unit) }.toList() }
        val values = async(Dispatchers.Default) {
            client.values { isEnabled("on") }.onEach { seen[1].complete(Unit) }.toList()
        }
        val changes = async(Dispatchers.Default) { client.changes("features", "on").onEach { seen[2].complete(Unit) }.toList() }
        val scope = CoroutineScope(Dispatchers.Default)
        val state = client.stateIn(scope)
        var version = 2
        while (!seen.all { it.isCompleted }) {
            client.put(flag(version % 2 == 1, version++))
            kotlinx.coroutines.yield()
        }
        client.put(flag(true, version))
        client.awaitClose()
        // What comes of a client that is closed is nobody's value.
        assertTrue(values.await().last())
        assertEquals("memory", states.await().last().origin)
        assertEquals("on", changes.await().last().key)
        // Its only coroutine is the one that collects.
        scope.coroutineContext[Job]!!.children.forEach { it.join() }
        assertEquals("memory", state.value.origin)
        assertEquals(emptyList<Any>(), client.states().toList())
        assertEquals(emptyList<Any>(), client.values { isEnabled("on") }.toList())
        assertEquals(emptyList<Any>(), client.changes("features", "on").toList())
        assertThrows(ClosedException::class.java) { client.stateIn(scope) }
        scope.cancel()
    }

    @Test
    fun `who waits for definitions hears that there will be none`() = bounded {
        val nobody = ServerSocket(0).use { "http://127.0.0.1:${it.localPort}" }
        val client = VexilClient.start(VexilOptions(Source.Http(nobody, "key"), startTimeoutMillis = 1))
        val waiting = async(Dispatchers.Default) { runCatching { client.awaitReady() }.exceptionOrNull() }
        kotlinx.coroutines.yield()
        client.awaitClose()
        assertTrue(waiting.await() is ClosedException)
        assertTrue(runCatching { client.awaitReady() }.exceptionOrNull() is ClosedException)
    }
}
