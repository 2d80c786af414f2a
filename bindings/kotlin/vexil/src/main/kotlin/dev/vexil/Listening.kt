package dev.vexil

import java.io.Closeable

/**
 * Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
 * What it throws is logged, and harms nobody.
 */
public fun interface StateListener {
    /** The state is another. */
    public fun onState(state: State)
}

/** Hears of a key whose value is another, likewise. */
public fun interface ChangeListener {
    /** The value is another. */
    public fun onChange(change: Change)
}

/** Hears whenever what a read may come to is another, likewise. */
public fun interface GenerationListener {
    /** It is another; the number is the new one's. */
    public fun onGeneration(generation: Long)
}

/** Hears that a client is closed, on the thread that closes it. What it throws is logged, and harms nobody. */
public fun interface CloseListener {
    /** It is closed: what is read of it are defaults, and nobody who listens is told anything more. */
    public fun onClose()
}

/** Listens until it is closed, or its client is. Whether anybody holds it does not matter. */
public class Subscription internal constructor(private val end: (Subscription) -> Unit) : Closeable {
    /** Listens no more; what is being told just now is still heard. May be called again. */
    override fun close(): Unit = end(this)
}

/**
 * Remembers which variants units were given in experiments that are `sticky`, such as in a database. It is asked by reads
 * of them, in the thread that reads; what it throws is logged, and it is taken for one that knows nothing. It may refer to
 * its client: that holds on to it, and the native library to neither.
 */
public interface StickyStore {
    /** The id of the variant that a unit was given in an experiment. */
    public fun get(experiment: String, unit: String): String?

    /** Remembers it; called again, with the same variant, where [get] does not tell of it later. */
    public fun put(experiment: String, unit: String, variant: String)
}
