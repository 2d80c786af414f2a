package dev.vexil.coroutines

import dev.vexil.Change
import dev.vexil.ClosedException
import dev.vexil.Context
import dev.vexil.SourceException
import dev.vexil.State
import dev.vexil.Subscription
import dev.vexil.VexilClient
import dev.vexil.VexilOptions
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
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

@OptIn(ExperimentalCoroutinesApi::class)
private suspend fun made(make: () -> VexilClient): VexilClient {
    // Of nobody's scope: a start cannot be interrupted, and who waits may be cancelled.
    val starting = CoroutineScope(Dispatchers.IO).async { make() }
    try {
        return starting.await()
    } catch (cancelled: CancellationException) {
        starting.invokeOnCompletion { failure -> if (failure == null) starting.getCompleted().close() }
        throw cancelled
    }
}

/**
 * Asks the source now, and waits for the answer.
 *
 * @throws SourceException where it gives none
 */
public suspend fun VexilClient.awaitRefresh(): Unit = withContext(Dispatchers.IO) { refresh() }

/** Closes the client, also where the caller is cancelled; a call of a listener that is under way is waited for. */
public suspend fun VexilClient.awaitClose(): Unit = withContext(NonCancellable + Dispatchers.IO) { close() }

/** Waits until there are definitions to evaluate with, wherever they come from. */
public suspend fun VexilClient.awaitReady(): State = states().first { it.isInitialized }

/** The state as it is now, and then each time that it is another; who is behind sees the newest. */
public fun VexilClient.states(): Flow<State> = rung { addStateListener { it() } }.map { state }

/** The state, as it is at any moment, for as long as [scope] lasts. */
public fun VexilClient.stateIn(scope: CoroutineScope): StateFlow<State> =
    states().stateIn(scope, SharingStarted.Eagerly, state)

/** Each change of a key's value, evaluated for [context]; who is far behind misses the oldest. */
public fun VexilClient.changes(
    namespace: String,
    key: String,
    context: Context = Context.EMPTY,
): Flow<Change> = callbackFlow {
    val subscription = addChangeListener(namespace, key, context) { trySend(it) }
    awaitClose { subscription.close() }
}.buffer(CHANGES, BufferOverflow.DROP_OLDEST)

/**
 * What [read] comes to, now and then each time that it comes to something else.
 *
 * ```
 * client.values { isEnabled("checkout.v2", ada) }.collect { ... }
 * ```
 *
 * @throws ClosedException where the client is closed
 */
public fun <T> VexilClient.values(read: VexilClient.() -> T): Flow<T> =
    rung { addGenerationListener { _ -> it() } }.map { read() }.distinctUntilChanged()

/** Once now, and then at least once after the last time that somebody was told. */
private fun rung(subscribe: (ring: () -> Unit) -> Subscription): Flow<Unit> = callbackFlow {
    val subscription = subscribe { trySend(Unit) }
    trySend(Unit)
    awaitClose { subscription.close() }
}.conflate()
