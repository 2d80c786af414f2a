package dev.vexil

import dev.vexil.internal.Freeing
import dev.vexil.internal.Native
import dev.vexil.internal.Tree
import dev.vexil.internal.TreeWriter

/**
 * Who asks: attributes, nested or by dotted names. It never changes, is handed to the native library once, and may be
 * asked with again and again, by any thread and of any client.
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
public class Context private constructor(internal val handle: Long, private val tree: ByteArray) {
    /** What goes with the handle, and is alive as long as the call lasts. */
    internal val owner: Any get() = if (handle == ONCE) tree else this

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
            val tree = written(attributes)
            val handle = handleOf(tree)
            return Context(handle, tree).also { Freeing.with(it, handle, Native::contextFree) }
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
        internal fun once(attributes: Map<String, Any?>): Context = Context(ONCE, written(attributes))

        private fun written(attributes: Map<String, Any?>): ByteArray =
            TreeWriter(ErrorCode.INVALID_CONTEXT).apply { value(attributes) }.bytes()

        /** In the place of a handle: the owner is the tree. */
        private const val ONCE = Long.MIN_VALUE

        internal fun handleOf(tree: ByteArray): Long = Tree.answer(Native.contextMake(tree)).long()
    }
}
