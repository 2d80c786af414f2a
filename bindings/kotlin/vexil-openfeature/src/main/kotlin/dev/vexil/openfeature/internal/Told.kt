package dev.vexil.openfeature.internal

import dev.openfeature.sdk.EventProvider
import dev.openfeature.sdk.ImmutableMetadata
import dev.openfeature.sdk.ProviderEvent
import dev.openfeature.sdk.ProviderEventDetails
import dev.openfeature.sdk.exceptions.FatalError
import dev.openfeature.sdk.exceptions.OpenFeatureError
import dev.openfeature.sdk.exceptions.ProviderNotReadyError
import dev.vexil.ClosedException
import dev.vexil.ErrorCode
import dev.vexil.State
import dev.vexil.VexilClient
import java.util.Timer
import kotlin.concurrent.schedule

/**
 * Milliseconds until a start that is stale is said to be so: the SDK says that it is ready when `initialize` has returned,
 * and of two events the later one counts.
 */
private const val AFTER_READY = 100L

/** Failures that trying again does not mend: somebody must change the options, or the key. */
private val HOPELESS = setOf(ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.WRONG_ENVIRONMENT)

/** What was told of a client last. It hears on the client's thread, and tells what is another. */
internal class Told(private val client: VexilClient, private val provider: EventProvider) {
    private var status: ProviderEvent? = null
    private var timer: Timer? = null
    private val subscriptions =
        listOf(client.addStateListener(::stands), client.addGenerationListener { changed() })

    /** Begins with the client as it stands, of which the SDK tells by itself: that it is well, or in error. */
    @Synchronized
    fun begin(): State {
        val state = client.state
        status = if (state.isInitialized) ProviderEvent.PROVIDER_READY else ProviderEvent.PROVIDER_ERROR
        if (statusOf(state) == ProviderEvent.PROVIDER_STALE) {
            timer = Timer("vexil-openfeature", true).apply { schedule(AFTER_READY) { standsLater() } }
        }
        return state
    }

    /** Tells no more. */
    fun end() {
        subscriptions.forEach { it.close() }
        synchronized(this) {
            status = null
            timer?.cancel()
        }
    }

    private fun standsLater() {
        val state = try {
            client.state
        } catch (_: ClosedException) {
            return
        }
        stands(state)
    }

    @Synchronized
    private fun stands(state: State) {
        val now = statusOf(state)
        if (status != null && now != status) {
            status = now
            provider.emit(now, details(state, now))
        }
    }

    @Synchronized
    private fun changed() {
        if (status != null) {
            val now = ProviderEvent.PROVIDER_CONFIGURATION_CHANGED
            provider.emit(now, details(client.state, now))
        }
    }

    private fun details(state: State, event: ProviderEvent): ProviderEventDetails {
        val details = ProviderEventDetails.builder()
            .eventMetadata(
                ImmutableMetadata.builder().addLong("version", state.version).addString("origin", state.origin).build(),
            )
        if (event == ProviderEvent.PROVIDER_ERROR) details.errorCode(unready(state).errorCode)
        if (event == ProviderEvent.PROVIDER_ERROR || event == ProviderEvent.PROVIDER_STALE) {
            state.lastError?.let { details.message("$it") }
        }
        return details.build()
    }
}

private fun statusOf(state: State): ProviderEvent = when {
    !state.isInitialized -> ProviderEvent.PROVIDER_ERROR
    state.staleSinceMillis == null -> ProviderEvent.PROVIDER_READY
    else -> ProviderEvent.PROVIDER_STALE
}

/** Why there is nothing to evaluate with. */
internal fun unready(state: State): OpenFeatureError {
    val failure = state.lastError
        ?: return ProviderNotReadyError("there are no definitions yet, and no last known good")
    val message = "there are no definitions: $failure"
    return if (failure.code in HOPELESS) FatalError(message) else ProviderNotReadyError(message)
}
