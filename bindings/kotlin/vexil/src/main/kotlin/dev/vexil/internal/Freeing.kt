package dev.vexil.internal

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.util.Collections
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicLong

/** How many are freed at once: whoever makes one is not to pay for all. */
private const val AT_ONCE = 16

/**
 * Frees what the native library holds once nobody here holds it any more. There is no thread for that: whoever makes another
 * context or view frees some of those that are gone, more than it makes. A read frees nothing: it waits for nobody.
 */
internal object Freeing {
    private val queue = ReferenceQueue<Any>()
    /** How many there were. */
    val freed: AtomicLong = AtomicLong()

    private val held: MutableSet<Handle> = Collections.newSetFromMap(ConcurrentHashMap())

    /** What is to be freed, once: now, or when its owner is gone. */
    class Handle internal constructor(owner: Any, private val handle: Long, private val free: (Long) -> Unit) :
        PhantomReference<Any>(owner, queue) {
        fun free() {
            if (!held.remove(this)) return
            clear()
            free(handle)
        }
    }

    /** [free] is called with [handle] when [owner] is gone; it must not hold on to the owner. */
    fun with(owner: Any, handle: Long, free: (Long) -> Unit): Handle = Handle(owner, handle, free).also(held::add)

    /** Frees some of those that are gone. */
    fun freeGone() {
        repeat(AT_ONCE) {
            val gone = queue.poll() as Handle? ?: return
            gone.free()
            freed.incrementAndGet()
        }
    }
}
