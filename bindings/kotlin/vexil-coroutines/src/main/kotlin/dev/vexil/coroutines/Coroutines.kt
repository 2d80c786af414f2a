package dev.vexil.coroutines

import dev.vexil.Change
import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.SourceException
import dev.vexil.State
import dev.vexil.Subscription
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import dev.vexil.coroutines.internal.made
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.ProducerScope
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.firstOrNull
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.transform
import kotlinx.coroutines.withContext

/** What is kept of changes for a collector who is behind; of more the oldest go. */
private const val CHANGES = 64

/**
 * Starts a client without holding up a thread of the caller's. It is that of the constructor; where the caller does not
 * wait any more, it is closed.
 */
public suspend fun VexilClient.Companion.start(options: VexilOptions): VexilClient = made { VexilClient(options) }

/** As [start], with the options that environment variables name. */
public suspend fun VexilClient.Companion.startFromEnv(): VexilClient = made { VexilClient.fromEnv() }

/**
 * Asks the source now, and waits for the answer.
 *
 * @throws SourceException where it gives none
 */
public suspend fun VexilClient.awaitRefresh(): Unit = withContext(Dispatchers.IO) { refresh() }

/** Closes the client, also where the caller is cancelled; a call of a listener that is under way is waited for. */
public suspend fun VexilClient.awaitClose(): Unit = withContext(NonCancellable + Dispatchers.IO) { close() }

/**
 * Waits until there are definitions to evaluate with, wherever they come from.
 *
 * @throws ClosedException where the client is closed before there are any
 */
public suspend fun VexilClient.awaitReady(): State = states().firstOrNull { it.isInitialized } ?: throw ClosedException()

/** The state as it is now, and then each time that it is another; who is behind sees the newest. It ends with the client. */
public fun VexilClient.states(): Flow<State> = rung { addStateListener { it() } }.mapNotNull {
    try {
        state
    } catch (_: ClosedException) {
        null
    }
}

/**
 * The state, as it is at any moment, for as long as [scope] lasts; the last one where the client is closed before.
 *
 * @throws ClosedException where it is closed already
 */
public fun VexilClient.stateIn(scope: CoroutineScope): StateFlow<State> =
    states().stateIn(scope, SharingStarted.Eagerly, state)

/**
 * Each change of a key's value, evaluated for [context]; who is far behind misses the oldest. It ends when the client is
 * closed.
 */
public fun VexilClient.changes(
    namespace: String,
    key: String,
    context: Context = Context.EMPTY,
): Flow<Change> = told { addChangeListener(namespace, key, context) { trySend(it) } }
    .buffer(CHANGES, BufferOverflow.DROP_OLDEST)

/**
 * What [read] comes to, now and then each time that it comes to something else. It ends when the client is closed.
 *
 * ```
 * client.values { isEnabled("checkout.v2", ada) }.collect { ... }
 * ```
 */
public fun <T> VexilClient.values(read: VexilClient.() -> T): Flow<T> =
    rung { addGenerationListener { _ -> it() } }.transform {
        val value = read()
        // What is read of a client that is closed is a default, and nobody's value.
        if (generation != 0L) emit(value)
    }.distinctUntilChanged()

/** Once now, and then at least once after the last time that somebody was told. */
private fun VexilClient.rung(subscribe: (ring: () -> Unit) -> Subscription): Flow<Unit> = told {
    subscribe { trySend(Unit) }.also { trySend(Unit) }
}.conflate()

/** What [subscribe] sends, until the client is closed. */
private fun <T> VexilClient.told(subscribe: ProducerScope<T>.() -> Subscription): Flow<T> = callbackFlow {
    val subscription = try {
        subscribe()
    } catch (_: ClosedException) {
        null
    }
    // At once, where it is closed already.
    val end = addCloseListener { close() }
    awaitClose {
        end.close()
        subscription?.close()
    }
}
