package dev.vexil

import dev.vexil.internal.Asked
import dev.vexil.internal.Key
import dev.vexil.internal.Keys
import dev.vexil.internal.Log
import dev.vexil.internal.Native
import dev.vexil.internal.Tree

/**
 * What there is to read: of a client, or of a client at one moment.
 *
 * A read takes no lock, waits for nobody and throws for nobody: without a value it returns the default, and its details
 * say why. A [Context] that is made once is faster than a map, which is written down by each read.
 */
public sealed class Flags {
    /** By which it is asked. */
    internal abstract val native: Native

    /** The client itself. */
    internal abstract val client: VexilClient

    /** Whether a flag is on; off where it is none, or is not known. */
    @JvmOverloads
    public fun isEnabled(key: String, context: Context = Context.EMPTY): Boolean = getBoolean(key, context, false)

    /** Whether a flag is on; off where it is none, or is not known. */
    public fun isEnabled(key: String, context: Map<String, Any?>): Boolean = getBoolean(key, context, false)

    /** A flag or config that is `true` or `false`. */
    @JvmOverloads
    public fun getBoolean(key: String, context: Context = Context.EMPTY, default: Boolean = false): Boolean = Keys.of(key).let {
        native.getBoolean(native.handle, it.number, it.text, context.handle, context.owner, default)
    }

    /** A flag or config that is `true` or `false`. */
    @JvmOverloads
    public fun getBoolean(key: String, context: Map<String, Any?>, default: Boolean = false): Boolean =
        once(context, { getBoolean(key, it, default) }, { default })

    /** As [getBoolean], with all that there is to say of it. */
    @JvmOverloads
    public fun getBooleanDetails(key: String, context: Context = Context.EMPTY, default: Boolean = false): Details<Boolean> =
        told(key, context, Asked.BOOLEAN, default)

    /** As [getBoolean], with all that there is to say of it. */
    @JvmOverloads
    public fun getBooleanDetails(key: String, context: Map<String, Any?>, default: Boolean = false): Details<Boolean> =
        once(context, { getBooleanDetails(key, it, default) }, { Details.failed(it, default) })

    /** A flag or config that is an integer. */
    @JvmOverloads
    public fun getLong(key: String, context: Context = Context.EMPTY, default: Long = 0): Long = Keys.of(key).let {
        native.getLong(native.handle, it.number, it.text, context.handle, context.owner, default)
    }

    /** A flag or config that is an integer. */
    @JvmOverloads
    public fun getLong(key: String, context: Map<String, Any?>, default: Long = 0): Long =
        once(context, { getLong(key, it, default) }, { default })

    /** As [getLong], with all that there is to say of it. */
    @JvmOverloads
    public fun getLongDetails(key: String, context: Context = Context.EMPTY, default: Long = 0): Details<Long> =
        told(key, context, Asked.LONG, default)

    /** As [getLong], with all that there is to say of it. */
    @JvmOverloads
    public fun getLongDetails(key: String, context: Map<String, Any?>, default: Long = 0): Details<Long> =
        once(context, { getLongDetails(key, it, default) }, { Details.failed(it, default) })

    /** A flag or config that is a float, or an integer that a float holds exactly. */
    @JvmOverloads
    public fun getDouble(key: String, context: Context = Context.EMPTY, default: Double = 0.0): Double = Keys.of(key).let {
        native.getDouble(native.handle, it.number, it.text, context.handle, context.owner, default)
    }

    /** A flag or config that is a float, or an integer that a float holds exactly. */
    @JvmOverloads
    public fun getDouble(key: String, context: Map<String, Any?>, default: Double = 0.0): Double =
        once(context, { getDouble(key, it, default) }, { default })

    /** As [getDouble], with all that there is to say of it. */
    @JvmOverloads
    public fun getDoubleDetails(key: String, context: Context = Context.EMPTY, default: Double = 0.0): Details<Double> =
        told(key, context, Asked.DOUBLE, default)

    /** As [getDouble], with all that there is to say of it. */
    @JvmOverloads
    public fun getDoubleDetails(key: String, context: Map<String, Any?>, default: Double = 0.0): Details<Double> =
        once(context, { getDoubleDetails(key, it, default) }, { Details.failed(it, default) })

    /** A flag or config that is text. */
    @JvmOverloads
    public fun getString(key: String, context: Context = Context.EMPTY, default: String = ""): String = Keys.of(key).let {
        native.getString(native.handle, it.number, it.text, context.handle, context.owner) ?: default
    }

    /** A flag or config that is text. */
    @JvmOverloads
    public fun getString(key: String, context: Map<String, Any?>, default: String = ""): String =
        once(context, { getString(key, it, default) }, { default })

    /** As [getString], with all that there is to say of it. */
    @JvmOverloads
    public fun getStringDetails(key: String, context: Context = Context.EMPTY, default: String = ""): Details<String> =
        told(key, context, Asked.STRING, default)

    /** As [getString], with all that there is to say of it. */
    @JvmOverloads
    public fun getStringDetails(key: String, context: Map<String, Any?>, default: String = ""): Details<String> =
        once(context, { getStringDetails(key, it, default) }, { Details.failed(it, default) })

    /**
     * A flag or config that is JSON; of an experiment, the configuration of the variant. It is made of maps, lists,
     * strings, [Long], [Double], [Boolean] and null, none of which can be changed.
     */
    @JvmOverloads
    public fun getJson(key: String, context: Context = Context.EMPTY, default: Any? = null): Any? = Keys.of(key).let {
        val tree = native.getTree(native.handle, it.number, it.text, context.handle, context.owner)
        if (tree == null) default else Tree.read(tree)
    }

    /**
     * A flag or config that is JSON; of an experiment, the configuration of the variant. It is made of maps, lists,
     * strings, [Long], [Double], [Boolean] and null, none of which can be changed.
     */
    @JvmOverloads
    public fun getJson(key: String, context: Map<String, Any?>, default: Any? = null): Any? =
        once(context, { getJson(key, it, default) }, { default })

    /** As [getJson], with all that there is to say of it. */
    @JvmOverloads
    public fun getJsonDetails(key: String, context: Context = Context.EMPTY, default: Any? = null): Details<Any?> =
        told(key, context, Asked.JSON, default)

    /** As [getJson], with all that there is to say of it. */
    @JvmOverloads
    public fun getJsonDetails(key: String, context: Map<String, Any?>, default: Any? = null): Details<Any?> =
        once(context, { getJsonDetails(key, it, default) }, { Details.failed(it, default) })

    /** What a key comes to, of whatever type it is, with all that there is to say of it. */
    @JvmOverloads
    public fun details(key: String, context: Context = Context.EMPTY, default: Any? = null): Details<Any?> =
        told(key, context, Asked.ANY, default)

    /** What a key comes to, of whatever type it is, with all that there is to say of it. */
    @JvmOverloads
    public fun details(key: String, context: Map<String, Any?>, default: Any? = null): Details<Any?> =
        once(context, { details(key, it, default) }, { Details.failed(it, default) })

    /** The id of the variant that an experiment gives; null where the context takes no part. */
    @JvmOverloads
    public fun variant(experiment: String, context: Context = Context.EMPTY): String? = Keys.of(experiment).let {
        native.variant(native.handle, it.number, it.text, context.handle, context.owner)
    }

    /** The id of the variant that an experiment gives; null where the context takes no part. */
    public fun variant(experiment: String, context: Map<String, Any?>): String? =
        once(context, { variant(experiment, it) }, { null })

    /** The configuration of that variant, as JSON. */
    @JvmOverloads
    public fun variantConfig(experiment: String, context: Context = Context.EMPTY): Any? = Keys.of(experiment).let {
        native.variantConfig(native.handle, it.number, it.text, context.handle, context.owner)?.let(Tree::read)
    }

    /** The configuration of that variant, as JSON. */
    public fun variantConfig(experiment: String, context: Map<String, Any?>): Any? =
        once(context, { variantConfig(experiment, it) }, { null })

    /**
     * What every key comes to, by what is in force at one moment, with all that there is to say of it.
     *
     * @throws ClosedException where the client is closed
     */
    @JvmOverloads
    public fun evaluateAll(context: Context = Context.EMPTY): Map<String, Details<Any?>> {
        val answer = Tree.answer(native.evaluateAll(native.handle, context.handle, context.owner))
        val all = LinkedHashMap<String, Details<Any?>>()
        while (!answer.isAtEnd) all[answer.text()] = Details.read(answer, null)
        return all
    }

    /**
     * All keys or some, evaluated once for one context: a read of a view costs no more than a look-up.
     *
     * @throws ClosedException where the client is closed
     */
    @JvmOverloads
    public fun view(context: Context = Context.EMPTY, keys: Collection<String>? = null): View =
        View.of(client, Tree.answer(native.viewMake(native.handle, context.handle, context.owner, keys?.let(Tree::write))))

    /**
     * Evaluates, and tells how.
     *
     * @throws ClosedException where the client is closed
     */
    @JvmOverloads
    public fun explain(key: String, context: Context = Context.EMPTY): Explanation {
        val known = Keys.of(key)
        val answer = Tree.answer(native.explain(native.handle, known.number, known.text, context.handle, context.owner))
        return Explanation(answer.text(), answer.value())
    }

    private fun <T> told(key: String, context: Context, asked: Int, default: T): Details<T> {
        val known: Key = Keys.of(key)
        val answer =
            native.evaluate(native.handle, known.number, known.text, asked, context.handle, context.owner)
        return Details.answered(answer, default)
    }

    /** Reads with a map; what is no context is told to [refused]. */
    private inline fun <T> once(
        attributes: Map<String, Any?>,
        read: (Context) -> T,
        refused: (VexilException) -> T,
    ): T {
        val context = try {
            Context.once(attributes)
        } catch (error: VexilException) {
            Log.invalidContext(error)
            return refused(error)
        } catch (error: RuntimeException) {
            // Of the map: one that is changed meanwhile, or a text that cannot be made.
            return refused(ArgumentException("it cannot be read: ${error.javaClass.name}", ErrorCode.INVALID_CONTEXT))
        }
        return read(context)
    }
}
