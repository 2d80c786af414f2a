package dev.vexil.internal

import dev.vexil.VexilException
import java.util.concurrent.atomic.AtomicInteger

/** Contexts that lie flat in the native library. */
internal object Flat {
    /**
     * How often a context is asked with before it is worth laying it flat: that takes as long as this many reads of a small
     * one. Others are laid flat for each read, so that the second time is soon enough.
     */
    fun readsBefore(bytes: Int): Int = if (bytes <= IN_PLACE_BYTES) 16 else 2

    /** Bytes of a tree that is read in place, as `contexts.rs` has it. */
    private const val IN_PLACE_BYTES = 512

    /** How many lie flat at most; others are read as before. Only the collector knows when one may go. */
    const val MOST: Int = 10_000

    private val count = AtomicInteger()

    /** A handle for a tree; null where there is no room. Whoever asks keeps it, or frees it. */
    fun lay(tree: ByteArray): Long? {
        if (count.incrementAndGet() <= MOST) {
            try {
                return Tree.answer(Native.contextMake(tree)).long()
            } catch (_: VexilException) {
                // There are no more handles.
            }
        }
        count.decrementAndGet()
        return null
    }

    /** As [lay], of a tree that nobody has judged yet: throws where it is no context. */
    fun judgeAndLay(tree: ByteArray): Long? {
        val handle = Tree.answer(Native.contextMake(tree)).long()
        if (count.incrementAndGet() <= MOST) return handle
        free(handle)
        return null
    }

    /** The handle is freed when nobody holds the tree any more. */
    fun keep(handle: Long, tree: ByteArray) {
        Freeing.with(tree, handle, ::free)
    }

    fun free(handle: Long) {
        Native.contextFree(handle)
        count.decrementAndGet()
    }
}
