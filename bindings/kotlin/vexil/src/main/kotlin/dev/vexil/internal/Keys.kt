package dev.vexil.internal

import java.util.concurrent.ConcurrentHashMap

/** A key on its way to the native library: a number, or where it has none the text. */
internal class Key(val number: Int, val text: ByteArray?)

/** The numbers of keys. There are as many as the native library gives out, and no more are kept. */
internal object Keys {
    /** In the place of a number: this is no key that there could be. */
    private const val NONE = -1

    /** Likewise: there are no more. */
    private const val NO_MORE = -2

    private val known = ConcurrentHashMap<String, Key>()

    @Volatile
    private var isFull = false

    fun of(key: String): Key = known[key] ?: add(key)

    /** Without a lock: a key that several threads ask for at once, for the first time, may be given several numbers. */
    private fun add(key: String): Key {
        val text = key.toByteArray()
        if (isFull) return Key(NONE, text)
        val number = Native.keyNumber(text)
        if (number >= 0) {
            val mine = Key(number, null)
            return known.putIfAbsent(key, mine) ?: mine
        }
        if (number == NO_MORE) isFull = true
        return Key(NONE, text)
    }
}
