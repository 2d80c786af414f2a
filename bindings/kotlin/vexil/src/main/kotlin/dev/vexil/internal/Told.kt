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

internal class AskedStore(private val store: StickyStore) : NativeStickyStore {
    override fun get(experiment: String, unit: String): String? {
        var found: String? = null
        harmless("a sticky store") { found = store.get(experiment, unit) }
        return found
    }

    override fun put(experiment: String, unit: String, variant: String) =
        harmless("a sticky store") { store.put(experiment, unit, variant) }
}

/** Whatever is thrown: nobody on the other side can do anything about it. */
private inline fun harmless(what: String, call: () -> Unit) {
    try {
        call()
    } catch (error: Throwable) {
        Log.failed(what, error)
    }
}
