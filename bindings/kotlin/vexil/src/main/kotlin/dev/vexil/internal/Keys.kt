package dev.vexil.internal

import java.util.concurrent.ConcurrentHashMap

/** A key on its way to the native library: a number, or where it has none the text. */
internal class Key(val number: Int, val text: ByteArray?)

/** The numbers of keys. There are as many as the native library gives out, and no more are kept. */
internal object Keys {
    private val known = ConcurrentHashMap<String, Key>()

    fun of(key: String): Key = known[key] ?: add(key)

    private fun add(key: String): Key {
        val text = key.toByteArray()
        val number = synchronized(this) {
            known[key]?.let { return it }
            Native.keyNumber(text).also { if (it >= 0) known[key] = Key(it, null) }
        }
        return if (number >= 0) Key(number, null) else Key(number, text)
    }
}
