package dev.vexil.coroutines.internal

import dev.vexil.VexilClient
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async

/** What [make] makes; where the caller does not wait any more, it is closed when it is there. */
@OptIn(ExperimentalCoroutinesApi::class)
internal suspend fun made(make: () -> VexilClient): VexilClient {
    // Of nobody's scope: a start cannot be interrupted, and who waits may be cancelled.
    val starting = CoroutineScope(Dispatchers.IO).async { make() }
    try {
        return starting.await()
    } catch (cancelled: CancellationException) {
        starting.invokeOnCompletion { failure -> if (failure == null) starting.getCompleted().close() }
        throw cancelled
    }
}
