package dev.vexil.internal

/**
 * What the native library does by JNI. A key crosses as a number ([Keys]), or as text where it has none; a view as a
 * handle, with the object that owns it; a context as a handle with its tree, which owns that, or as that it has none, and
 * the tree is read. What is owned must not be freed as long as a call lasts that is handed its owner.
 *
 * What is read of a client is called on an object of this class, which is the client's own: the virtual machine holds on
 * to it for the time of the call, and it to the client, which is freed when nobody holds it.
 *
 * @property handle by which the native library knows the client
 * @property alive what must be there as long as somebody reads: the client, and the store that is asked by its reads
 */
internal class Native(val handle: Long, @Suppress("unused") private vararg val alive: Any?) {
    external fun getBoolean(
        client: Long, number: Int, key: ByteArray?, context: Long, owner: Any, default: Boolean,
    ): Boolean

    external fun getLong(
        client: Long, number: Int, key: ByteArray?, context: Long, owner: Any, default: Long,
    ): Long

    external fun getDouble(
        client: Long, number: Int, key: ByteArray?, context: Long, owner: Any, default: Double,
    ): Double

    external fun getString(client: Long, number: Int, key: ByteArray?, context: Long, owner: Any): String?

    external fun getTree(client: Long, number: Int, key: ByteArray?, context: Long, owner: Any): ByteArray?

    external fun variant(client: Long, number: Int, key: ByteArray?, context: Long, owner: Any): String?

    external fun variantConfig(
        client: Long, number: Int, key: ByteArray?, context: Long, owner: Any,
    ): ByteArray?

    external fun evaluate(
        client: Long, number: Int, key: ByteArray?, asked: Int, context: Long, owner: Any,
    ): ByteArray

    external fun evaluateAll(client: Long, context: Long, owner: Any): ByteArray

    external fun explain(client: Long, number: Int, key: ByteArray?, context: Long, owner: Any): ByteArray

    external fun generation(client: Long): Long

    external fun viewMake(client: Long, context: Long, owner: Any, keys: ByteArray?): ByteArray

    companion object {
        init {
            Library.load()
        }

        /** Whoever comes here has made this object, and so loaded the library. */
        fun ensureLoaded(): Unit = Unit

        @JvmStatic external fun keyNumber(key: ByteArray): Int

        @JvmStatic external fun contextMake(tree: ByteArray): ByteArray

        @JvmStatic external fun contextFree(context: Long)

        @JvmStatic external fun viewRenew(view: Long, owner: Any, context: Long, asker: Any?): ByteArray

        @JvmStatic external fun viewEvaluate(view: Long, owner: Any, number: Int, key: ByteArray?, asked: Int): ByteArray

        @JvmStatic external fun viewCount(view: Long, owner: Any, number: Int, key: ByteArray?, asked: Int, times: Int)

        @JvmStatic external fun viewIsCurrent(view: Long, owner: Any): Boolean

        @JvmStatic external fun viewFree(view: Long)

        @JvmStatic external fun treeOfJson(json: ByteArray): ByteArray

        @JvmStatic external fun jsonOfTree(tree: ByteArray): ByteArray
    }
}

/** The type that is asked for, as a number. */
internal object Asked {
    const val ANY: Int = 0
    const val BOOLEAN: Int = 1
    const val LONG: Int = 2
    const val DOUBLE: Int = 3
    const val STRING: Int = 4
    const val JSON: Int = 5
}
