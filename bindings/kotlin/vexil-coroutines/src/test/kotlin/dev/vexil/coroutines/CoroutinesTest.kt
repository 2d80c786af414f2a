package dev.vexil.coroutines

import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.ErrorCode
import dev.vexil.OptionsException
import dev.vexil.Source
import dev.vexil.SourceException
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
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

/** Each within a bound of a minute: a bound, not a measure. */
class CoroutinesTest {
    private fun flag(value: Any, version: Int = 1): String =
        """{"schema": 1, "version": $version, "entries": [{"key": "on", "default": $value}]}"""

    private fun <T> bounded(test: suspend kotlinx.coroutines.CoroutineScope.() -> T): T =
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
        // It takes connections and says nothing, so that the start waits.
        ServerSocket(0).use { silent ->
            val options = VexilOptions(
                Source.Http("http://127.0.0.1:${silent.localPort}", "key"), startTimeoutMillis = 300, requestTimeoutMillis = 300,
            )
            val starting = launch(Dispatchers.Default) { VexilClient.start(options) }
            silent.accept().use { starting.cancelAndJoin() }
            assertTrue(starting.isCancelled)
        }
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
            val scope = kotlinx.coroutines.CoroutineScope(Dispatchers.Default)
            val states = client.stateIn(scope)
            client.put(flag(false, 9))
            assertEquals(9, states.first { it.version == 9L }.version)
            scope.launch { }.join()
            scope.coroutineContext[kotlinx.coroutines.Job]!!.cancelAndJoin()
        }
        val closed = VexilClient(Source.Memory(flag(true))).also { it.close() }
        assertThrows(ClosedException::class.java) { runBlocking { closed.values { isEnabled("on") }.first() } }
        Unit
    }
}
