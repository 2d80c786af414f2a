package dev.vexil.internal

import dev.vexil.View
import java.util.concurrent.atomic.AtomicInteger

/** So many reads of a key are counted here before the native library is told of them. */
private const val TOLD_AT_ONCE = 256

/** What there is of a view: values, how often they were read, and by which number the native library knows it. */
internal class HeldView(
    val handle: Long,
    val entries: Map<String, ViewEntry>,
    private val all: MutableSet<HeldView>,
) {
    /** Frees it once. */
    lateinit var freeing: Freeing.Handle

    init {
        all.add(this)
    }

    /**
     * Counts a read of a value. To tell of each would cost more than the read: the first is told, so that it is known which
     * keys are in use, and then many at once.
     */
    fun count(entry: ViewEntry, view: View) {
        if (entry.reads.incrementAndGet() >= TOLD_AT_ONCE || !entry.isKnown) {
            entry.isKnown = true
            tell(entry, view)
        }
    }

    /** Tells of all reads so far. */
    fun tell(): Unit = entries.values.forEach { tell(it, this) }

    /** Frees it: it is closed, or nobody can read it any more. */
    fun free() {
        tell()
        all.remove(this)
        Native.viewFree(handle)
    }

    private fun tell(entry: ViewEntry, owner: Any) {
        val reads = entry.reads.getAndSet(0)
        if (reads > 0) Native.viewCount(handle, owner, entry.key.number, entry.key.text, Asked.ANY, reads)
    }
}

/**
 * What a key of a view came to, and how often it was read.
 *
 * @property answers a bit for each type that it answers to
 */
internal class ViewEntry(
    val key: Key,
    val answers: Int,
    val value: Any?,
    val variant: String?,
    val config: Any?,
) {
    /** Reads that the native library was not told of. */
    val reads: AtomicInteger = AtomicInteger()

    /** Whether it was told of any. */
    @Volatile
    var isKnown: Boolean = false
}
