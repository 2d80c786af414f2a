package dev.vexil

import dev.vexil.internal.Asked
import dev.vexil.internal.Freeing
import dev.vexil.internal.HeldView
import dev.vexil.internal.Keys
import dev.vexil.internal.Native
import dev.vexil.internal.Tree
import dev.vexil.internal.TreeReader
import dev.vexil.internal.ViewEntry
import java.io.Closeable

/**
 * What keys are for one context at one moment: evaluated once, and read as often as one likes. Its values never change,
 * also when it or its client is closed.
 *
 * A read is a look-up in memory of this process, and counts as one of the client does: the first of a key at once, others
 * later, when there are 256 of them, when the view is renewed, closed or let go, or when the client is closed.
 *
 * The native library has a part of each view, which goes when the view is closed, and else when the collector finds that
 * nobody holds the view: who makes one for each request closes it.
 *
 * Time alone can change what a key is, and a view does not notice: [isCurrent] is false once it is as old as the polling
 * interval.
 *
 * @property version the version of the definitions that it was made with
 * @property origin where they came from
 * @property staleMillis how long ago somebody last said that they are the newest; null if somebody did so when it was made
 */
public class View private constructor(
    private val client: VexilClient,
    private val held: HeldView,
    public val version: Long,
    public val origin: String,
    public val staleMillis: Long?,
) : Closeable {
    /** The keys that it has. */
    public val keys: Set<String> get() = held.entries.keys

    /** Whether a flag was on; off where it was none, or is not in the view. */
    public fun isEnabled(key: String): Boolean = getBoolean(key, false)

    /** A flag or config that is `true` or `false`. */
    @JvmOverloads
    public fun getBoolean(key: String, default: Boolean = false): Boolean {
        val entry = answering(key, Asked.BOOLEAN) ?: return default
        return entry.value as Boolean
    }

    /** A flag or config that is an integer. */
    @JvmOverloads
    public fun getLong(key: String, default: Long = 0): Long {
        val entry = answering(key, Asked.LONG) ?: return default
        return entry.value as Long
    }

    /** A flag or config that is a float, or an integer that a float holds exactly. */
    @JvmOverloads
    public fun getDouble(key: String, default: Double = 0.0): Double {
        val entry = answering(key, Asked.DOUBLE) ?: return default
        return (entry.value as Number).toDouble()
    }

    /** A flag or config that is text. */
    @JvmOverloads
    public fun getString(key: String, default: String = ""): String {
        val entry = answering(key, Asked.STRING) ?: return default
        return entry.value as String
    }

    /** A flag or config that is JSON; of an experiment, the configuration of the variant. */
    @JvmOverloads
    public fun getJson(key: String, default: Any? = null): Any? {
        val entry = answering(key, Asked.JSON) ?: return default
        return entry.value
    }

    /** As [getBoolean], with all that there is to say of it. */
    @JvmOverloads
    public fun getBooleanDetails(key: String, default: Boolean = false): Details<Boolean> =
        told(key, Asked.BOOLEAN, default)

    /** As [getLong], with all that there is to say of it. */
    @JvmOverloads
    public fun getLongDetails(key: String, default: Long = 0): Details<Long> = told(key, Asked.LONG, default)

    /** As [getDouble], with all that there is to say of it. */
    @JvmOverloads
    public fun getDoubleDetails(key: String, default: Double = 0.0): Details<Double> =
        told(key, Asked.DOUBLE, default)

    /** As [getString], with all that there is to say of it. */
    @JvmOverloads
    public fun getStringDetails(key: String, default: String = ""): Details<String> =
        told(key, Asked.STRING, default)

    /** As [getJson], with all that there is to say of it. */
    @JvmOverloads
    public fun getJsonDetails(key: String, default: Any? = null): Details<Any?> = told(key, Asked.JSON, default)

    /** What a key came to, of whatever type it is, with all that there is to say of it. */
    @JvmOverloads
    public fun details(key: String, default: Any? = null): Details<Any?> = told(key, Asked.ANY, default)

    /** The id of the variant that an experiment gives; null where the context takes no part. */
    public fun variant(experiment: String): String? = read(experiment)?.variant

    /** The configuration of that variant, as JSON. */
    public fun variantConfig(experiment: String): Any? = read(experiment)?.config

    /**
     * Whether it says what a view that is made now would say: nothing else is in force, and it is younger than the polling
     * interval. It is not where the view or its client is closed.
     */
    public val isCurrent: Boolean get() = !client.isClosed && Native.viewIsCurrent(held.handle, this)

    /**
     * A view of the same keys that is made now, for the same context or another one. Each is to be closed by itself.
     *
     * @throws ClosedException where the view or its client is closed; this view stays what it is
     */
    @JvmOverloads
    public fun renewed(context: Context? = null): View {
        if (client.isClosed) throw ClosedException()
        held.tell()
        return of(client, Tree.answer(Native.viewRenew(held.handle, this, context?.handle ?: 0, context?.owner)))
    }

    /**
     * Lets go of what the native library has of it. May be called again. Its values can be read on, which counts no more, as
     * reads that are under way then may not; with details they are defaults, and the details say `CLOSED`.
     */
    override fun close(): Unit = held.freeing.free()

    override fun toString(): String = "View(version=$version, origin=$origin, keys=$keys)"

    private fun answering(key: String, asked: Int): ViewEntry? {
        val entry = held.entries[key] ?: return null
        if (entry.answers and (1 shl asked - 1) == 0) {
            Native.viewCount(held.handle, this, entry.key.number, entry.key.text, asked, 1)
            return null
        }
        held.count(entry, this)
        return entry
    }

    private fun read(experiment: String): ViewEntry? = held.entries[experiment]?.also { held.count(it, this) }

    private fun <T> told(key: String, asked: Int, default: T): Details<T> {
        val known = Keys.of(key)
        return Details.answered(Native.viewEvaluate(held.handle, this, known.number, known.text, asked), default)
    }

    internal companion object {
        fun of(client: VexilClient, answer: TreeReader): View {
            val handle = answer.long()
            val version = answer.long()
            val origin = answer.text()
            val stale = answer.long().takeIf { it >= 0 }
            val entries = HashMap<String, ViewEntry>()
            while (!answer.isAtEnd) {
                val key = answer.text()
                entries[key] = ViewEntry(
                    key = Keys.of(key),
                    answers = answer.byte(),
                    value = answer.value(),
                    variant = answer.optionalText(),
                    config = answer.value(),
                )
            }
            val held = HeldView(handle, entries, client.views)
            Freeing.freeGone()
            // What frees it holds what it holds, and not itself: else somebody would always hold it.
            return View(client, held, version, origin, stale).also {
                held.freeing = Freeing.with(it, handle) { held.free() }
            }
        }
    }
}
