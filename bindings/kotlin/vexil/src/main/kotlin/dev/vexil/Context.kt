package dev.vexil

import dev.vexil.internal.Flat
import dev.vexil.internal.Freeing
import dev.vexil.internal.Native
import dev.vexil.internal.Tree
import dev.vexil.internal.TreeWriter
import java.util.concurrent.atomic.AtomicLongFieldUpdater

/**
 * Who asks: attributes, nested or by dotted names. It never changes, and may be asked with again and again, by any thread
 * and of any client. One that is made for a request costs little: the native library reads it where it lies. One that is
 * asked with many times is laid flat there, and reads with it are the fastest.
 *
 * ```
 * val ada = Context.of("user" to mapOf("id" to "ada", "email" to "ada@example.com"), "tenant.tier" to "pro")
 * val bob = Context.build {
 *     user("bob")
 *     set("device.os", "android")
 * }
 * ```
 *
 * It holds text, numbers, booleans, lists, arrays, maps and UUIDs; null is as if it were not there.
 */
public class Context private constructor(
    /** A handle, or what stands in its place. */
    @Volatile private var named: Long,
    private val tree: ByteArray,
) {
    /** How often it was asked with before it had a handle; to lose count does no harm. */
    private var asked = 0

    /** The native library's handle, or how it is to read [owner]. */
    internal val handle: Long get() = named.let { if (it == IN_PLACE || it == ONCE) unnamed(it) else it }

    /** What goes with the handle, which is freed when nobody holds this any more. */
    internal val owner: ByteArray get() = tree

    private fun unnamed(before: Long): Long {
        if (++asked % Flat.readsBefore(tree.size) == 0) layFlat(before)
        return named.let { if (it == IN_PLACE) IN_PLACE + tree.size else it }
    }

    private fun layFlat(before: Long) {
        val handle = Flat.lay(tree) ?: return
        // Of two threads that do so at once, one does.
        if (NAMED.compareAndSet(this, before, handle)) Flat.keep(handle, tree) else Flat.free(handle)
    }

    /** For the calls of the face that takes JSON. */
    internal fun json(): String = Tree.jsonOf(tree)

    /** The names of its attributes. Their values are often people's, and no matter of a log. */
    override fun toString(): String = "Context(${(Tree.read(tree) as Map<*, *>).keys.joinToString()})"

    override fun equals(other: Any?): Boolean = other is Context && tree.contentEquals(other.tree)

    override fun hashCode(): Int = tree.contentHashCode()

    /** Makes a [Context]; of two values for one name the last counts. */
    public class Builder {
        private val attributes = LinkedHashMap<String, Any?>()

        /** The user's id: `user.id`. */
        public fun user(id: String): Builder = set("user.id", id)

        /** The session's id: `session.id`. */
        public fun session(id: String): Builder = set("session.id", id)

        /** The tenant's id: `tenant.id`. */
        public fun tenant(id: String): Builder = set("tenant.id", id)

        /** An attribute, or an object of them. */
        public operator fun set(name: String, value: Any?): Builder = apply { attributes[name] = value }

        /** Attributes, nested or by dotted names. */
        public fun setAll(attributes: Map<String, Any?>): Builder = apply { this.attributes.putAll(attributes) }

        /**
         * The context.
         *
         * @throws ArgumentException where it holds what no context holds
         */
        public fun build(): Context = of(attributes)
    }

    public companion object {
        private val NAMED = AtomicLongFieldUpdater.newUpdater(Context::class.java, "named")

        /** In the place of a handle: the tree is read where it lies. With it goes how many bytes that has. */
        private const val IN_PLACE = Long.MIN_VALUE + (1L shl 32)

        /** Likewise: the tree is laid flat for this read, and by that judged. */
        private const val ONCE = Long.MIN_VALUE

        /** What has no more bytes, and is not nested deeper, is within every limit of contexts; `contexts.rs` says why. */
        private const val SMALL = 4 shl 10
        private const val SHALLOW = 16

        /** Nobody in particular. */
        @JvmField
        public val EMPTY: Context = Context(0, Tree.write(emptyMap<String, Any?>()))

        /**
         * A context of a map.
         *
         * @throws ArgumentException where it holds what no context holds
         */
        @JvmStatic
        public fun of(attributes: Map<String, Any?>): Context {
            Freeing.freeGone()
            return made(attributes) { tree, isSmall ->
                if (isSmall) {
                    Context(IN_PLACE, tree)
                } else {
                    val handle = Flat.judgeAndLay(tree)
                    Context(handle ?: ONCE, tree).also { if (handle != null) Flat.keep(handle, tree) }
                }
            }
        }

        /**
         * A context of attributes by name.
         *
         * @throws ArgumentException where it holds what no context holds
         */
        public fun of(vararg attributes: Pair<String, Any?>): Context = of(mapOf(*attributes))

        /**
         * A context that [fill] makes.
         *
         * @throws ArgumentException where it holds what no context holds
         */
        public inline fun build(fill: Builder.() -> Unit): Context = Builder().apply(fill).build()

        /** A builder, for Java. */
        @JvmStatic
        public fun builder(): Builder = Builder()

        /** A context for one read: the native library keeps nothing of it. */
        internal fun once(attributes: Map<String, Any?>): Context = made(attributes) { tree, isSmall ->
            Context(if (isSmall) IN_PLACE + tree.size else ONCE, tree)
        }

        private inline fun made(attributes: Map<String, Any?>, make: (ByteArray, Boolean) -> Context): Context {
            val writer = TreeWriter(ErrorCode.INVALID_CONTEXT).apply { value(attributes) }
            val tree = writer.bytes()
            return make(tree, tree.size <= SMALL && writer.deepest <= SHALLOW)
        }
    }
}
