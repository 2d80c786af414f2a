package dev.vexil.internal

import dev.vexil.Change
import dev.vexil.ChangeListener
import dev.vexil.GenerationListener
import dev.vexil.State
import dev.vexil.StateListener
import dev.vexil.StickyStore
import dev.vexil.internal.uniffi.ChangeListener as NativeChangeListener
import dev.vexil.internal.uniffi.ClientState
import dev.vexil.internal.uniffi.GenerationListener as NativeGenerationListener
import dev.vexil.internal.uniffi.StateListener as NativeStateListener
import dev.vexil.internal.uniffi.StickyStore as NativeStickyStore
import dev.vexil.internal.uniffi.ValueChange
import java.lang.ref.WeakReference

internal class ToldState(private val listener: StateListener) : NativeStateListener {
    override fun onState(state: ClientState) = harmless("a listener") { listener.onState(State.of(state)) }
}

internal class ToldChange(private val listener: ChangeListener) : NativeChangeListener {
    override fun onChange(change: ValueChange) = harmless("a listener") { listener.onChange(Change.of(change)) }
}

internal class ToldGeneration(private val listener: GenerationListener) : NativeGenerationListener {
    override fun onGeneration(generation: ULong) =
        harmless("a listener") { listener.onGeneration(generation.toLong()) }
}

/**
 * The native library holds this one for as long as the client is, and so it holds the store weakly: one that refers to its
 * client would keep that alive for ever. Whoever reads has the client, and that has the store: [Native].
 */
internal class AskedStore(store: StickyStore) : NativeStickyStore {
    private val store = WeakReference(store)

    override fun get(experiment: String, unit: String): String? {
        var found: String? = null
        harmless("a sticky store") { found = store.get()?.get(experiment, unit) }
        return found
    }

    override fun put(experiment: String, unit: String, variant: String) =
        harmless("a sticky store") { store.get()?.put(experiment, unit, variant) }
}

/** Whatever is thrown: nobody on the other side can do anything about it. */
internal inline fun harmless(what: String, call: () -> Unit) {
    try {
        call()
    } catch (error: Throwable) {
        Log.failed(what, error)
    }
}
